// The command line of the simulator.

import { parseArgs } from 'node:util';

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
}

export const USAGE = `usage: bun run sim [--seeds N] [--from S] [--jobs J] [--json]
       bun run sim --seed S [--keep FAULT,FAULT...] [--trace]
       bun run sim --mutants [NAME...] [--seeds N] [--jobs J] [--json]
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
  return {
    seed: values.seed === undefined ? null : whole('seed', values.seed, 0),
    keep: values.keep === undefined ? null : values.keep === 'none' ? [] : values.keep.split(','),
    trace: values.trace,
    seeds: whole('seeds', values.seeds, 1),
    from: whole('from', values.from, 0),
    jobs: whole('jobs', values.jobs, 1),
    mutants: values.mutants ? positionals : null,
    json: values.json,
  };
}
