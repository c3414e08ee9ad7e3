// The log: pino on stderr, one JSON object a line, or pretty for people at a terminal.
// Guarantees: secrets are removed by value on the last hop, after everything has become text; money (a bigint at run
// time) is printed as a decimal string of nano-rubles and never throws; a line is written before the call returns.

import pino from 'pino';
import { prettyFactory } from 'pino-pretty';
import { createScrubber, redactTokens } from './config/secret.ts';

export type Log = pino.Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
export const LOG_LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export interface LogOptions {
  readonly level: LogLevel;
  /** For people at a terminal; otherwise JSON. */
  readonly pretty: boolean;
  readonly colors?: boolean;
  readonly secrets: readonly string[];
  /** Milliseconds since 1970 for the `time` of a line; without it the system's. */
  readonly now?: () => number;
  /** Where lines go; without it stderr. */
  readonly stream?: { write(text: string): void };
}

/** A logger whose every line is scrubbed of `secrets` and of whatever has the form of a token. */
export function createLog(options: LogOptions): Log {
  const scrub = createScrubber(options.secrets);
  const stream = options.stream ?? standardError();
  const render = options.pretty ? prettyLine(options.colors ?? false) : (line: string) => line;
  const { now } = options;
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: now ? () => `,"time":"${new Date(now()).toISOString()}"` : pino.stdTimeFunctions.isoTime,
      serializers: { err: (value: unknown) => value },
      formatters: {
        level: (label) => ({ level: label }),
        log: printableFields,
      },
    },
    { write: (line: string) => stream.write(redactTokens(scrub(render(line.replace(UNSEEN, '\ufffd'))))) },
  );
  return withPrintableChildren(log);
}

/** pino formats the fields of a line, not those that a child logger adds to each of its lines. */
function withPrintableChildren(log: Log): Log {
  const { child } = log;
  log.child = function (this: Log, bindings, options) {
    return child.call(this, printableFields(bindings), options);
  } as Log['child'];
  return log;
}

/** A closed stderr must not stop a process that trades: its errors are dropped. */
function standardError(): { write(text: string): void } {
  const destination = pino.destination({ dest: 2, sync: true });
  destination.on('error', () => {});
  return destination;
}

/** What JSON leaves as it is and a terminal obeys: controls of eight bits, changes of direction. */
const UNSEEN = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
/** What JSON writes as an escape, and people at a terminal would get as it is; line breaks and tabs stay. */
const CONTROL = /[^\P{Cc}\n\t]/gu;

function prettyLine(colorize: boolean): (line: string) => string {
  const prettify = prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' });
  const cleaned = (_: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replace(CONTROL, '\ufffd') : value;
  return (line) => prettify(JSON.parse(line, cleaned)) ?? line;
}

const DEPTH_MAX = 8;

const printableFields = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, printableOrNote(value)]));

/** A getter or `toJSON` that throws must not turn a log line into a failure. */
function printableOrNote(value: unknown): unknown {
  try {
    return printable(value, []);
  } catch {
    return '[unprintable]';
  }
}

/** A value that JSON can hold: bigints as digits, maps and sets as lists, errors with their causes, no cycles. */
function printable(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'symbol' || typeof value === 'function') return typeof value;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  if (above.length === DEPTH_MAX) return '…';
  const inner = (part: unknown): unknown => printable(part, [...above, value]);
  if (value instanceof Error) return printableError(value, inner);
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) return [...value].map(inner);
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return inner(value.toJSON());
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inner(part)]));
}

function printableError(error: Error, inner: (part: unknown) => unknown): Record<string, unknown> {
  const own = Object.entries(error).filter(([key]) => key !== 'name' && key !== 'cause');
  return {
    type: error.name,
    message: error.message,
    ...Object.fromEntries(own.map(([key, part]) => [key, inner(part)])),
    ...(error.cause === undefined ? {} : { cause: inner(error.cause) }),
    stack: error.stack,
  };
}
