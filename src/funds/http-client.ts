// The one way to public pages: paced, with a deadline and a size limit, and a memory of who failed.
// Requires: addresses from the configuration. Guarantees: never rejects; follows no redirect to another host or scheme;
// what is not of the kind that was asked for is no data; a source that failed is left alone for a while.

import type { Clock } from '../ports.ts';
import { createHostPace } from './host-pace.ts';
import { type NoData, noData, quoted } from './no-data.ts';
import { createQuarantine } from './quarantine.ts';
import { type ReplyKind, wrongKind } from './reply-kind.ts';
import { PACKINGS, unpacked } from './unpacked.ts';

export interface Page {
  readonly kind: 'page';
  readonly text: string;
  readonly fetchedAtMs: number;
}

export interface PageRequest {
  /** Whose memory of failures it is. */
  readonly source: string;
  readonly url: URL;
  readonly wants: ReplyKind;
}

export interface HttpClient {
  get(request: PageRequest): Promise<Page | NoData>;
  /** An answer that arrived was not what it should be: leave that source alone. */
  distrust(source: string, because: string): void;
}

export type Busy = <Result>(work: () => Promise<Result>) => Promise<Result>;

export interface HttpOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly requestsPerSecond: number;
  readonly leaveAloneMs: number;
  readonly sizeMax?: number;
  /** Wraps each request: a virtual clock stands still while it is under way. */
  readonly busy?: Busy;
}

const USER_AGENT = 'TIEBB/0.1';
const SIZE_MAX = 8 * 1024 * 1024;
const REDIRECTS_MAX = 3;
/** Statuses that are about this one address, not about the host. */
const ABOUT_THE_ADDRESS = new Set([400, 404, 410]);

type Answer = Page | (NoData & { readonly blame: 'source' | 'address' });

export function createHttpClient(options: HttpOptions): HttpClient {
  const { clock, busy = (work) => work() } = options;
  const pace = createHostPace(clock, options.requestsPerSecond);
  const quarantine = createQuarantine(clock, options.leaveAloneMs);

  async function get({ source, url, wants }: PageRequest): Promise<Page | NoData> {
    const waiting = quarantine.closed(source);
    if (waiting !== null) return noData(waiting);
    let next = url;
    for (let hops = 0; hops <= REDIRECTS_MAX; hops += 1) {
      await pace.turn(next.host);
      const answer = await withDeadline(options, (signal) =>
        busy(() => request(options, next, wants, signal)),
      );
      if (answer instanceof URL) {
        next = answer;
        continue;
      }
      if (answer.kind === 'no_data' && answer.blame === 'source') quarantine.close(source, answer.because);
      return answer.kind === 'page' ? answer : noData(answer.because);
    }
    const because = `${url.host} redirects more than ${REDIRECTS_MAX} times`;
    quarantine.close(source, because);
    return noData(because);
  }

  return { get, distrust: (source, because) => quarantine.close(source, because) };
}

const failure = (because: string): Answer => ({ kind: 'no_data', because, blame: 'source' });

/** Whatever the work does, the answer is there when the time is over. */
async function withDeadline(
  { clock, timeoutMs }: HttpOptions,
  work: (signal: AbortSignal) => Promise<Answer | URL>,
): Promise<Answer | URL> {
  const stop = new AbortController();
  const done = new AbortController();
  const late = clock.sleep(timeoutMs, done.signal).then(() => {
    stop.abort();
    return failure(`it did not answer within ${timeoutMs / 1000} s`);
  });
  try {
    return await Promise.race([work(stop.signal), late]);
  } finally {
    done.abort();
    stop.abort();
  }
}

async function request(
  options: HttpOptions,
  url: URL,
  wants: ReplyKind,
  signal: AbortSignal,
): Promise<Answer | URL> {
  try {
    const headers = { 'user-agent': USER_AGENT, accept: '*/*', 'accept-encoding': PACKINGS };
    // The runtime would unpack all of it at once, however much that is: unpacked here, up to a limit.
    const response = await fetch(url, { signal, redirect: 'manual', headers, decompress: false });
    if (response.status >= 300 && response.status < 400) return redirected(response, url);
    if (response.status !== 200) {
      const blame = ABOUT_THE_ADDRESS.has(response.status) ? 'address' : 'source';
      return { kind: 'no_data', because: `${url.host} answered HTTP ${response.status}`, blame };
    }
    const sizeMax = options.sizeMax ?? SIZE_MAX;
    const body = await readBody(response, sizeMax);
    if (body === null) return failure(`${url.host} sent more than ${sizeMax} bytes`);
    const bytes = unpacked(body, response.headers.get('content-encoding') ?? '', sizeMax);
    if (typeof bytes === 'string') return failure(`${url.host} ${bytes}`);
    const type = response.headers.get('content-type') ?? '';
    const text = decode(bytes, type);
    const wrong = wrongKind(wants, type, text);
    if (wrong !== null) return failure(`${url.host} ${wrong}`);
    return { kind: 'page', text, fetchedAtMs: options.clock.now() };
  } catch (error) {
    return failure(`${url.host} cannot be reached: ${quoted(inShort(error), 120)}`);
  }
}

/** Without the kind of error and the runtime's advice to programmers. */
const inShort = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s*For more information,.*$/s, '');

function redirected(response: Response, from: URL): Answer | URL {
  const target = response.headers.get('location') ?? '';
  const to = target !== '' && URL.canParse(target, from.href) ? new URL(target, from.href) : null;
  if (to !== null && to.origin === from.origin) return to;
  return failure(`${from.host} redirects to ${quoted(target)}, and only its own pages are followed`);
}

/** `null` where it is longer than allowed: the rest is not read. */
async function readBody(response: Response, sizeMax: number): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > sizeMax) return null;
    parts.push(part);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}

/** By the header, else by what the document says of itself, else UTF-8. */
function decode(bytes: Uint8Array, contentType: string): string {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  const named =
    /charset=["']?([\w-]+)/i.exec(contentType) ?? /(?:charset|encoding)=["']?([\w-]+)/i.exec(start);
  try {
    // An encoding that does not exist throws, which is what the catch is for.
    return new TextDecoder((named?.[1] ?? 'utf-8') as ConstructorParameters<typeof TextDecoder>[0]).decode(
      bytes,
    );
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
