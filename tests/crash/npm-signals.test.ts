// `npm run start` as a service manager or a terminal stops it: a signal to npm alone, or to its whole process group, of
// which npm passes a second copy on. tests/cli/signals.test.ts has the same for the bot by itself.

import { expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { openJournal } from '../../src/journal/journal.ts';
import { BUN, block, configure, REPOSITORY, TOKEN, workshop } from '../support/bot-process.ts';

setDefaultTimeout(240_000);

const shop = workshop();

test.concurrent.each([
  ['npm', 'SIGTERM'],
  ['npm', 'SIGINT'],
  ['the process group of npm', 'SIGTERM'],
  ['the process group of npm', 'SIGINT'],
  ['the process group of bun', 'SIGTERM'],
  ['the process group of bun', 'SIGINT'],
] as const)(
  '%s gets %s while orders are in flight: they are recorded, exit code 0 within ten seconds',
  async (whom, signal) => {
    const venue = await shop.venue({ accounts: [{ token: TOKEN, id: '2000000001', cash: '1000000' }] });
    const dir = shop.dir();
    configure(dir, [block()]);
    const files = ['--config', join(dir, 'CONFIG.json'), '--env-file', join(dir, '.env')];
    await venue.tell('catch PostOrder applied');
    const bot = shop.start(['run', 'start', '--', ...files, '--state-dir', join(dir, 'data')], dir, {
      command: [whom.endsWith('npm') ? 'npm' : BUN],
      cwd: REPOSITORY,
      detached: true,
      env: { TINVEST_ENDPOINT: venue.endpoint, npm_config_update_notifier: 'false' },
    });
    await venue.tell('caught');
    const asked = performance.now();
    if (whom.startsWith('the process group')) process.kill(-bot.pid, signal);
    else bot.kill(signal);
    await bot.untilErr(/stopping; orders in flight/);
    await venue.tell('release');
    const { code, err } = await bot.ended;
    // A bound of the product, not a measure of the machine.
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(err).toContain(`${signal}: stopping`);
    expect(code).toBe(0);

    const audit = (await venue.tell('audit')) as { orders: { key: string; executed: number }[] };
    expect(audit.orders.length).toBeGreaterThan(0);
    const journal = openJournal(join(dir, 'data'), { readOnly: true });
    try {
      expect(journal.openOrders('main')).toEqual([]);
      expect(journal.iterations({ account: 'main' }).map(({ status }) => status)).toEqual(['partial']);
      for (const { key, executed } of audit.orders)
        expect(Number(journal.order(key)?.executed)).toBe(executed);
    } finally {
      journal.close();
    }
  },
);
