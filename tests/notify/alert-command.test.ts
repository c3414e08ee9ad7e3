// Real commands in a real shell: each alert once, as JSON on stdin; whatever they do, trading neither waits nor fails.

import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { realTimeout } from '../../src/clock.ts';
import { createScrubber } from '../../src/config/secret.ts';
import { type CommandNotifier, createAlertCommand } from '../../src/notify/alert-command.ts';
import { tempDirs } from '../support/temp-dir.ts';

const newDir = tempDirs();
const AT = Date.UTC(2026, 10, 20, 10);
const TOKEN = 't.canary-0123456789_abcdefghij';
const ALERT = { account: 'a', event: 'halted', message: 'it fell; "quoted"\nand on' };

const open: CommandNotifier[] = [];
afterEach(async () => {
  for (const notifier of open.splice(0)) await notifier.close();
});

interface Made {
  readonly notifier: CommandNotifier;
  readonly troubles: string[];
  /** Lets the time pass that a command may take. */
  expire(): void;
}

/** Time stands still until `expire`, except where a command is waited for at the end. */
function make(command: string, environment: Record<string, string> = {}): Made {
  const troubles: string[] = [];
  const waits: (() => void)[] = [];
  const notifier = createAlertCommand({
    command,
    scrub: createScrubber([TOKEN]),
    environment: { PATH: process.env.PATH, ...environment },
    now: () => AT,
    wait: () => new Promise((resolve) => waits.push(resolve)),
    onTrouble: (what) => void troubles.push(what),
  });
  open.push(notifier);
  return {
    notifier,
    troubles,
    expire() {
      for (const wake of waits.splice(0)) wake();
    },
  };
}

/** A bound, not a measure: real processes are waited for until what they do is done. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !holds(); turn += 1) await realTimeout(10);
  expect(holds()).toBe(true);
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

describe('alert_command', () => {
  test('gets one alert as one line of JSON on stdin', async () => {
    const file = join(newDir(), 'alert.json');
    const { notifier, troubles } = make(`cat > ${file}`);
    notifier.alert(ALERT);
    await notifier.close();
    const text = readFileSync(file, 'utf8');
    expect(text.endsWith('}\n')).toBe(true);
    expect(text.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(text)).toEqual({ at: '2026-11-20T10:00:00.000Z', ...ALERT });
    expect(troubles).toEqual([]);
  });

  test('is a shell line: pipes, several commands, variables', async () => {
    const file = join(newDir(), 'out');
    const { notifier } = make(`cat | tr a-z A-Z > "$OUT"; echo done >> "$OUT"`, { OUT: file });
    notifier.alert(ALERT);
    await notifier.close();
    expect(readFileSync(file, 'utf8')).toContain('HALTED');
    expect(readFileSync(file, 'utf8')).toContain('done');
  });

  test('sees no token: not on stdin, not in its environment', async () => {
    const dir = newDir();
    const { notifier } = make(`cat > ${dir}/in; env > ${dir}/env`, { HARMLESS: 'yes' });
    notifier.alert({ account: null, event: 'halted', message: `refused: ${TOKEN} ${btoa(TOKEN)}` });
    await notifier.close();
    const seen = readFileSync(`${dir}/in`, 'utf8') + readFileSync(`${dir}/env`, 'utf8');
    expect(seen).toContain('HARMLESS=yes');
    expect(seen).toContain('[redacted]');
    expect(seen).not.toContain(TOKEN);
    expect(seen).not.toContain(btoa(TOKEN).slice(4, -6));
  });

  for (const [name, command, said] of [
    ['fails', 'cat > /dev/null; exit 3', 'alert_command ended with code 3'],
    ['does not exist', '/no/such/command', 'alert_command ended with code 127'],
    ['kills itself', 'kill -9 $$', 'alert_command ended with code 137'],
  ] as const)
    test(`one that ${name} is trouble, in words, and nothing more`, async () => {
      const { notifier, troubles } = make(command);
      notifier.alert(ALERT);
      await notifier.close();
      expect(troubles).toEqual([said]);
    });

  test('one that does not read its stdin is none', async () => {
    const { notifier, troubles } = make('exit 0');
    notifier.alert({ ...ALERT, message: 'x'.repeat(1_000_000) });
    await notifier.close();
    expect(troubles).toEqual([]);
  });

  test('one that hangs is ended with all that it started, and is trouble', async () => {
    const file = join(newDir(), 'pids');
    const { notifier, troubles, expire } = make(
      `echo $$ > ${file}; sleep 1000 & echo $! >> ${file}; wait; true`,
    );
    notifier.alert(ALERT);
    await until(() => existsSync(file) && readFileSync(file, 'utf8').trim().split('\n').length === 2);
    const pids = readFileSync(file, 'utf8').trim().split('\n').map(Number);
    expect(pids.map(isAlive)).toEqual([true, true]);
    expect(troubles).toEqual([]);
    expire();
    await until(() => troubles.length > 0);
    expect(troubles).toEqual(['alert_command was ended after 30 s']);
    await until(() => !pids.some(isAlive));
  });

  test('the end waits a moment for one that hangs, not for ever', async () => {
    const { notifier, expire } = make('exec sleep 1000');
    notifier.alert(ALERT);
    const closed = notifier.close();
    expire();
    await closed;
  });

  test('twenty at once are all handed over; more would be a storm, and that is said', async () => {
    const dir = newDir();
    const { notifier, troubles } = make(`f=$(mktemp ${dir}/alert-XXXXXX); cat > $f`);
    for (let index = 0; index < 25; index += 1) notifier.alert({ ...ALERT, message: `number ${index}` });
    await notifier.close();
    const told = readdirSync(dir).map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')).message);
    expect(told.toSorted()).toEqual(Array.from({ length: 20 }, (_, index) => `number ${index}`).toSorted());
    expect(troubles).toEqual(Array(5).fill('too many alerts at once: one was not handed over'));
    // Room again once they have ended.
    notifier.alert({ ...ALERT, message: 'one more' });
    await notifier.close();
    expect(readdirSync(dir)).toHaveLength(21);
  });
});
