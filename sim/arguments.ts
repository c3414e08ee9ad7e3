// The command line of the simulator.

import { parseArgs } from 'node:util';
import { FAULT_KINDS } from './faults/fault-kinds.ts';

export interface Arguments {
  /** One seed, in this process. */
  readonly seed: number | null;
  /** Firings that the one seed is limited to; `null` = all of it. */
  readonly keep: readonly string[] | null;
  readonly trace: boolean;
  readonly seeds: number;
  readonly from: number;
  readonly jobs: number;
  /** `null` = no mutants; empty = all. */
  readonly mutants: readonly string[] | null;
  readonly json: boolean;
  readonly help: boolean;
}

export const USAGE = `usage: npm run sim -- [--seeds N] [--from S] [--jobs J] [--json]
       npm run sim -- --seed S [--keep FAULT,FAULT...] [--trace] [--json]
       npm run sim -- --mutants [NAME...] [--seeds N] [--from S] [--jobs J] [--json]
`;

export const HELP = `${USAGE}
Runs the whole daemon on virtual time against the embedded exchange, strikes it with faults, kills it and starts it
again, and looks at the venue's books after every event. The same seed is the same run on any machine.

  --seeds N       how many seeds, one after another (default 1000)
  --from S        the first one (default 1)
  --jobs J        processes at once (default 2)
  --seed S        one seed, run twice: says whether its trace is the same again
  --keep F,F      only these faults of the seed, as a failure's "repro" line names them; "none" = no fault
  --trace         with --seed: every event
  --mutants       plants known bugs, one at a time, and says after how many seeds each was caught
  --json          for scripts

Exit code: 0 no invariant was broken (with --mutants: every bug was caught), 1 something was, or of 10,000 seeds a row of
the coverage table stayed under its bar, 2 wrong arguments.

examples:
  npm run sim -- --seeds 10000 --jobs 2
  npm run sim -- --seed 4711 --trace
  npm run sim -- --mutants new-key-on-retry --seeds 1000
`;

/** @throws {Error} in words for what cannot be understood. */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      keep: { type: 'string' },
      trace: { type: 'boolean', default: false },
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '2' },
      mutants: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const whole = (name: string, text: string, least: number): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw new Error(`--${name} ${text}: expected a whole number of at least ${least}`);
    return value;
  };
  if (!values.mutants && positionals.length > 0)
    throw new Error(`unexpected argument ${positionals.join(' ')}`);
  if (values.seed === undefined && (values.keep !== undefined || values.trace))
    throw new Error(`--${values.trace ? 'trace' : 'keep'} goes with --seed: expected --seed S beside it`);
  if (values.seed !== undefined && values.mutants)
    throw new Error('--seed and --mutants: expected one of them');
  return {
    seed: values.seed === undefined ? null : whole('seed', values.seed, 0),
    keep: values.keep === undefined ? null : keptOf(values.keep),
    trace: values.trace,
    seeds: whole('seeds', values.seeds, 1),
    from: whole('from', values.from, 0),
    jobs: whole('jobs', values.jobs, 1),
    mutants: values.mutants ? positionals : null,
    json: values.json,
    help: values.help,
  };
}

function keptOf(text: string): readonly string[] {
  if (text === 'none') return [];
  const names = text.split(',');
  const strange = names.find((name) => !FIRING.test(name) || !KINDS.has(name.slice(0, name.indexOf('#'))));
  if (strange === undefined) return names;
  throw new Error(`--keep ${strange}: expected names like lost_after#1 with commas between them, or none`);
}

const FIRING = /^[a-z_]+#[1-9]\d*$/;
const KINDS: ReadonlySet<string> = new Set(FAULT_KINDS);
