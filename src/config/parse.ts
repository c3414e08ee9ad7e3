// The pure core of loading: text of CONFIG.json and variables in, a frozen Config or every problem out.
// Guarantees: all problems at once, each with its JSON path; no message holds a token.

import { type BlockFinding, readBlock } from './account-block.ts';
import { clashProblems } from './block-clashes.ts';
import { withoutComments } from './comments.ts';
import type { Config } from './config.ts';
import { endpointProblem } from './endpoint.ts';
import { type Environment, lookUp, possibleTokens, type VariableSource } from './environment.ts';
import { fundDataOf } from './fund-data.ts';
import { parseJson } from './json-text.ts';
import { overnightFeeProblems, overnightFeesOf } from './overnight-fees.ts';
import { jsonPath, type Problem, shown } from './problem.ts';
import { configSchema } from './schema.ts';
import { accountSchema } from './schema-account.ts';
import { checkSchema, valueAt } from './schema-problems.ts';
import { createScrubber, redactTokens } from './secret.ts';
import { aliasesOf } from './ticker-aliases.ts';

/** The keys of the top level alone: the blocks are read one by one. Made once, for making it takes longer than using it. */
const WITHOUT_BLOCKS = configSchema.partial();

/** Where the token of a block comes from, without the token. */
export interface TokenReference {
  readonly account: string;
  readonly variable: string | null;
  readonly source: VariableSource | 'literal' | null;
  /** `t.ab…yz`; `null` where there is none. */
  readonly masked: string | null;
}

interface Findings {
  readonly warnings: readonly string[];
  readonly tokens: readonly TokenReference[];
}

export type Parsed =
  | ({ readonly ok: true; readonly config: Config } & Findings)
  | ({ readonly ok: false; readonly problems: readonly Problem[] } & Findings);

export interface ParseOptions {
  /** False where nothing will be sent (offline planning): a token that cannot be found is then no problem. */
  readonly needTokens?: boolean;
}

/** Reads CONFIG.json's text. */
export function parseConfig(text: string, environment: Environment, options: ParseOptions = {}): Parsed {
  const json = parseJson(text.replace(/^\uFEFF/, ''));
  if (!json.ok)
    return scrubbed(
      { ok: false, problems: [blankOr(text, json.problem)], warnings: [], tokens: [] },
      environment,
      null,
    );
  const value = withoutComments(json.value);
  return scrubbed(
    readConfig(value, json.problems, environment, options.needTokens ?? true),
    environment,
    value,
  );
}

function blankOr(text: string, problem: Problem): Problem {
  if (text.replace(/^\uFEFF/, '').trim() !== '') return problem;
  return {
    path: '',
    found: 'an empty file',
    expected: 'JSON',
    fix: 'copy CONFIG.example.json over it and edit it',
  };
}

function readConfig(
  value: unknown,
  textProblems: readonly Problem[],
  environment: Environment,
  needTokens: boolean,
): Parsed {
  const blocks = valueAt(value, ['accounts']);
  const top = checkSchema(WITHOUT_BLOCKS, withoutBlocks(value));
  const sound = (key: string): unknown =>
    top.bad.some((path) => path[0] === key) ? undefined : valueAt(value, [key]);
  const { aliases, problems: aliasProblems } = aliasesOf(recordOf(sound('ticker_aliases')));
  const analysis = accountSchema.shape.analysis.safeParse(valueAt(value, ['analysis'])).data;
  const context = { aliases, analysis, environment, needToken: needTokens };
  const found = (Array.isArray(blocks) ? blocks : []).map((block, index) =>
    readBlock(block, ['accounts', index], context),
  );
  const endpoint = findEndpoint(sound('endpoint'), environment);
  const problems = [
    ...textProblems,
    ...blockListProblems(value, blocks),
    ...top.problems,
    ...endpoint.problems,
    ...overnightFeeProblems(overnightTables(sound('overnight_fees'))),
    ...aliasProblems,
    ...found.flatMap((each) => each.problems),
    ...clashProblems(found, blocks),
  ];
  const warnings = found.flatMap((each) => each.warnings);
  const tokens = found.map(referenceOf);
  const accounts = found.flatMap((each) => each.account ?? []);
  const complete = top.data;
  if (problems.length > 0 || complete === null) return { ok: false, problems, warnings, tokens };
  const caFile = sound('ca_file');
  const alertCommand = sound('alert_command');
  const config: Config = Object.freeze({
    accounts: Object.freeze(accounts),
    endpoint: endpoint.endpoint,
    caFile: typeof caFile === 'string' ? caFile : null,
    alertCommand: typeof alertCommand === 'string' ? alertCommand : null,
    tickerAliases: aliases,
    fundData: fundDataOf(complete.fund_data, complete.aum_cache),
    overnightFees: overnightFeesOf(complete.overnight_fees ?? []),
    warnings: Object.freeze(warnings),
  });
  return { ok: true, config, warnings, tokens };
}

/** As the schema completes them. */
const overnightTables = (written: unknown) => configSchema.shape.overnight_fees.safeParse(written).data ?? [];

/** The blocks are read one by one, apart from the rest. */
function withoutBlocks(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'accounts'));
}

function blockListProblems(value: unknown, blocks: unknown): Problem[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject || (Array.isArray(blocks) && blocks.length > 0)) return [];
  const found = Array.isArray(blocks) ? 'an empty list' : shown(blocks);
  const fix = 'add an account block; CONFIG.example.json shows one';
  return [{ path: 'accounts', found, expected: 'a list of at least one account block', fix }];
}

function findEndpoint(
  written: unknown,
  environment: Environment,
): { readonly endpoint: string | null; readonly problems: readonly Problem[] } {
  const overriding = lookUp(environment, 'TINVEST_ENDPOINT')?.value.trim();
  const inFile = typeof written === 'string' ? written : null;
  const problems = [
    inFile === null ? null : endpointProblem(inFile, 'endpoint'),
    overriding ? endpointProblem(overriding, 'TINVEST_ENDPOINT') : null,
  ];
  return { endpoint: overriding || inFile, problems: problems.filter((problem) => problem !== null) };
}

const recordOf = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(Object(value ?? {})).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );

const referenceOf = (found: BlockFinding, index: number): TokenReference => ({
  account: found.id ?? jsonPath(['accounts', index]),
  variable: found.token?.variable ?? null,
  source: found.token?.source ?? null,
  masked: found.token?.secret?.masked() ?? null,
});

/** The last hop: whatever a message quoted, no token leaves. */
function scrubbed(parsed: Parsed, environment: Environment, value: unknown): Parsed {
  const blocks = valueAt(value, ['accounts']);
  const written = (Array.isArray(blocks) ? blocks : []).map((block) => valueAt(block, ['t_invest_token']));
  const literals = written.filter((token) => typeof token === 'string' && token.startsWith('t.')).map(String);
  const scrub = createScrubber([
    ...possibleTokens(environment),
    ...literals.filter((token) => token.length >= 8),
  ]);
  const clean = (text: string): string => redactTokens(scrub(text));
  const warnings = parsed.warnings.map(clean);
  const tokens = parsed.tokens.map((token) => ({ ...token, account: clean(token.account) }));
  if (parsed.ok)
    return { ...parsed, warnings, tokens, config: Object.freeze({ ...parsed.config, warnings }) };
  return {
    ...parsed,
    warnings,
    tokens,
    problems: parsed.problems.map((problem) => cleanProblem(problem, clean)),
  };
}

const cleanProblem = (problem: Problem, clean: (text: string) => string): Problem => ({
  path: clean(problem.path),
  found: clean(problem.found),
  expected: clean(problem.expected),
  ...(problem.fix === undefined ? {} : { fix: clean(problem.fix) }),
});
