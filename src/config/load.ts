// CONFIG.json and .env from disk: reads both, checks who else may read or write them, and hands the text to `parse.ts`.
// Guarantees: never throws, never changes the process environment; every way in which a file can be unusable is a problem.

import { X509Certificate } from 'node:crypto';
import { unreachable } from '../core/unreachable.ts';
import { type Environment, envFileNotes, parseEnvFile, type Variables } from './environment.ts';
import { type Parsed, type ParseOptions, parseConfig } from './parse.ts';
import type { Problem } from './problem.ts';
import { FILE_BYTES_MAX, type FileFinding, type ReadFile, readFile } from './read-file.ts';
import { looksLikeToken } from './secret.ts';

export interface LoadOptions extends ParseOptions {
  readonly configPath: string;
  readonly envPath: string;
  /** True where a person named the .env file: then it has to be there. */
  readonly envRequired?: boolean;
  /** The process environment. */
  readonly environment: Variables;
  readonly readFile?: ReadFile;
}

/** Everything that `config env` and `config tokens` show besides the configuration itself. */
export type Loaded = Parsed & { readonly environment: Environment };

/** Reads, checks and converts the configuration. */
export function loadConfig(options: LoadOptions): Loaded {
  const read = options.readFile ?? readFile;
  const env = readEnv(options, read);
  const configFile = textOf(read(options.configPath), options.configPath, CONFIG_MISSING);
  const parsed: Parsed = configFile.ok
    ? parseConfig(configFile.text, env.environment, options)
    : { ok: false, problems: [configFile.problem], warnings: [], tokens: [] };
  const access = [
    ...(configFile.ok ? accessNotes(options.configPath, configFile, looksLikeToken(configFile.text)) : []),
    ...env.access,
  ];
  const problems = [
    ...env.problems,
    ...(parsed.ok ? [] : parsed.problems),
    ...access.flatMap((note) => note.problem ?? []),
    ...(parsed.ok && parsed.config.caFile !== null ? caFileProblems(parsed.config.caFile, read) : []),
  ];
  const warnings = [...parsed.warnings, ...access.flatMap((note) => note.warning ?? [])];
  const { tokens } = parsed;
  const { environment } = env;
  if (!parsed.ok || problems.length > 0) return { ok: false, problems, warnings, tokens, environment };
  return { ok: true, config: Object.freeze({ ...parsed.config, warnings }), warnings, tokens, environment };
}

const CONFIG_MISSING =
  'copy CONFIG.example.json to CONFIG.json and edit it, or name another file with --config';

function readEnv(options: LoadOptions, read: ReadFile) {
  const finding = read(options.envPath);
  const missing = finding.kind === 'missing';
  const file = textOf(finding, options.envPath, 'copy .env-example to .env and edit it');
  const text = file.ok ? file.text : '';
  const environment: Environment = {
    process: options.environment,
    file: parseEnvFile(text),
    filePath: options.envPath,
    fileFound: !missing,
  };
  const tolerated = missing && options.envRequired !== true;
  return {
    environment,
    problems: file.ok || tolerated ? [] : [file.problem],
    access: file.ok
      ? [
          ...accessNotes(options.envPath, file, holdsToken(environment.file)),
          ...envFileNotes(file.text, options.envPath).map((warning): AccessNote => ({ warning })),
        ]
      : [],
  };
}

/** In .env whatever is called a token is one, also without the usual form. */
const holdsToken = (variables: Variables): boolean =>
  Object.entries(variables).some(([name, value]) => value && (/token/i.test(name) || looksLikeToken(value)));

type TextFinding =
  | { readonly ok: true; readonly text: string; readonly mode: number; readonly isPipe: boolean }
  | { readonly ok: false; readonly problem: Problem };

function textOf(finding: FileFinding, path: string, missingFix: string): TextFinding {
  const problem = (found: string, expected: string, fix: string): TextFinding => ({
    ok: false,
    problem: { path: '', found: `${path === '' ? '""' : path}: ${found}`, expected, fix },
  });
  switch (finding.kind) {
    case 'missing':
      return problem('no such file', 'a file', missingFix);
    case 'directory':
      return problem('a directory', 'a file', missingFix);
    case 'too_big':
      return problem(
        `${finding.bytes} bytes`,
        `at most ${FILE_BYTES_MAX} bytes (2 MiB)`,
        'name the right file',
      );
    case 'unreadable':
      return problem(finding.because, 'a file that can be read', `check who may read it: ls -l ${path}`);
    case 'file':
      return decoded(finding, problem);
    default:
      return unreachable(finding);
  }
}

function decoded(
  finding: FileFinding & { kind: 'file' },
  problem: (found: string, expected: string, fix: string) => TextFinding,
): TextFinding {
  try {
    return {
      ok: true,
      text: new TextDecoder('utf-8', { fatal: true }).decode(finding.bytes),
      mode: finding.mode,
      isPipe: finding.isPipe,
    };
  } catch {
    return problem('text in another encoding', 'UTF-8', 'save the file again as UTF-8');
  }
}

interface AccessNote {
  readonly problem?: Problem;
  readonly warning?: string;
}

/** Who besides its owner may read or write a file. Windows has no such bits. */
function accessNotes(path: string, file: { readonly mode: number }, secret: boolean): AccessNote[] {
  if (process.platform === 'win32') return [];
  const octal = (file.mode & 0o777).toString(8).padStart(3, '0');
  const fix = `chmod 600 ${path}`;
  if (secret && (file.mode & 0o002) !== 0)
    return [
      {
        problem: {
          path: '',
          found: `${path} holds a token and everybody can write it (mode ${octal})`,
          expected: 'a file that only its owner can read and write',
          fix,
        },
      },
    ];
  if (secret && (file.mode & 0o066) !== 0)
    return [{ warning: `${path} holds a token and is open to others (mode ${octal}); run: ${fix}` }];
  if ((file.mode & 0o002) !== 0)
    return [{ warning: `${path} can be written by everybody (mode ${octal}); run: ${fix}` }];
  return [];
}

function caFileProblems(path: string, read: ReadFile): Problem[] {
  const file = textOf(read(path), path, 'name a PEM file with the root certificate, or remove ca_file');
  if (!file.ok) return [{ ...file.problem, path: 'ca_file' }];
  if (file.isPipe)
    return [
      {
        path: 'ca_file',
        found: `${path}, a pipe`,
        expected: 'a file, which every connection can read again',
        fix: 'save the certificate as a PEM file',
      },
    ];
  const blocks = file.text.match(/-----BEGIN CERTIFICATE-----[^-]*(-----END CERTIFICATE-----)?/g) ?? [];
  const damaged = blocks.findIndex((block) => !isCertificate(block));
  if (damaged >= 0)
    return [
      {
        path: 'ca_file',
        found: `${path}, in which certificate ${damaged + 1} is damaged`,
        expected: 'whole certificates, each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
        fix: 'fetch the file again; the README says from where',
      },
    ];
  if (blocks.length > 0) return [];
  return [
    {
      path: 'ca_file',
      found: `${path}, in which no certificate begins`,
      expected: 'a PEM file: text with -----BEGIN CERTIFICATE-----',
      fix: 'convert it: openssl x509 -inform der -in FILE -out FILE.pem',
    },
  ];
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== null;
  } catch {
    return false;
  }
}
