// The way to public pages, over real sockets: deadlines, pace, sizes, redirects, kinds, and who is left alone for how long.

import { afterEach, describe, expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../../src/clock.ts';
import { createHttpClient, type HttpOptions } from '../../src/funds/http-client.ts';
import { createManualClock } from '../support/manual-clock.ts';

const servers: { stop(force?: boolean): unknown }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop(true);
});

function serve(answer: (request: Request) => Response | Promise<Response>) {
  const seen: { readonly url: string; readonly agent: string }[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      seen.push({ url: request.url, agent: request.headers.get('user-agent') ?? '' });
      return answer(request);
    },
  });
  servers.push(server);
  return { seen, url: new URL(`http://127.0.0.1:${server.port}/page`) };
}

const client = (options: Partial<HttpOptions> = {}) =>
  createHttpClient({
    clock: systemClock,
    timeoutMs: 5000,
    requestsPerSecond: Number.POSITIVE_INFINITY,
    leaveAloneMs: 60_000,
    ...options,
  });
const json = (text: string, headers: Record<string, string> = {}) =>
  new Response(text, { headers: { 'content-type': 'application/json', ...headers } });

describe('a page', () => {
  test('comes with its text and the time it came, asked for under a plain name', async () => {
    const { url, seen } = serve(() => json('{"a":1}'));
    const page = await client({ clock: createManualClock(77) }).get({ source: 's', url, wants: 'json' });
    expect(page).toEqual({ kind: 'page', text: '{"a":1}', fetchedAtMs: 77 });
    expect(seen[0]?.agent).toMatch(/^TIEBB\/[\d.]+$/);
  });

  test('may be packed, and may be in windows-1251', async () => {
    const packed = serve(() =>
      json(gzipSync('{"packed":true}') as unknown as string, { 'content-encoding': 'gzip' }),
    );
    expect(await client().get({ source: 's', url: packed.url, wants: 'json' })).toMatchObject({
      text: '{"packed":true}',
    });
    const bytes = new Uint8Array([0x3c, 0xc4, 0xee, 0x3e]);
    const old = serve(
      () => new Response(bytes, { headers: { 'content-type': 'text/html; charset=windows-1251' } }),
    );
    expect(await client().get({ source: 's', url: old.url, wants: 'html' })).toMatchObject({ text: '<До>' });
    const told = serve(
      () => new Response('<meta charset="no-such">Д', { headers: { 'content-type': 'text/html' } }),
    );
    expect(await client().get({ source: 's', url: told.url, wants: 'html' })).toMatchObject({
      text: '<meta charset="no-such">Д',
    });
  });

  test.each([
    [
      'HTML for JSON',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'where JSON was due',
    ],
    ['a failing server', () => new Response('{}', { status: 503 }), 'answered HTTP 503'],
    ['too many requests', () => new Response('{}', { status: 429 }), 'answered HTTP 429'],
    ['too large a page', () => json(`"${'x'.repeat(3000)}"`), 'sent more than 2048 bytes'],
    [
      'too large when unpacked',
      () => json(gzipSync(`{"a":"${'x'.repeat(1e6)}"}`) as unknown as string, { 'content-encoding': 'gzip' }),
      'more than 2048',
    ],
    [
      'a packing that was not asked for',
      () => json('{}', { 'content-encoding': 'gzip, gzip' }),
      'packed its page as "gzip, gzip"; expected one of gzip, br',
    ],
    [
      'half of a packed page',
      () => json(gzipSync('{"a": 1}').subarray(0, 20) as unknown as string, { 'content-encoding': 'gzip' }),
      'a page that cannot be unpacked (gzip)',
    ],
    ['a redirect to another host', () => Response.redirect('http://example.invalid/'), 'redirects to'],
    [
      'a redirect to another scheme',
      (request: Request) => Response.redirect(request.url.replace('http:', 'https:')),
      'redirects to',
    ],
    ['a redirect to nowhere', () => new Response(null, { status: 302 }), 'redirects to'],
    [
      'a circle of redirects',
      (request: Request) => Response.redirect(request.url),
      'redirects more than 3 times',
    ],
  ])('%s is no data, and its source is left alone', async (_, answer, because) => {
    const { url, seen } = serve(answer as (request: Request) => Response);
    const clock = createManualClock(Date.parse('2026-11-21T10:00:00Z'));
    const http = client({ clock, sizeMax: 2048 });
    const first = await http.get({ source: 's', url, wants: 'json' });
    expect(first).toMatchObject({ kind: 'no_data' });
    expect(first.kind === 'no_data' && first.because).toContain(because);
    const count = seen.length;
    const second = await http.get({ source: 's', url, wants: 'json' });
    expect(second.kind === 'no_data' && second.because).toStartWith(
      'left alone until 2026-11-21T10:01:00.000Z, because ',
    );
    expect(seen.length).toBe(count);
    clock.set(clock.now() + 60_000);
    await http.get({ source: 's', url, wants: 'json' });
    expect(seen.length).toBeGreaterThan(count);
  });

  test('that does not exist says nothing against its host', async () => {
    const { url, seen } = serve(() => new Response('{}', { status: 404 }));
    const http = client();
    await http.get({ source: 's', url, wants: 'json' });
    await http.get({ source: 's', url, wants: 'json' });
    expect(seen.length).toBe(2);
  });

  test('may be redirected on its own host', async () => {
    const { url } = serve((request) =>
      request.url.endsWith('/page') ? Response.redirect(`${request.url}/x`) : json('[]'),
    );
    expect(await client().get({ source: 's', url, wants: 'json' })).toMatchObject({ kind: 'page' });
  });

  test('nobody serves is no data', async () => {
    const { url } = serve(() => json('{}'));
    await servers.pop()?.stop(true);
    const gone = await client().get({ source: 's', url, wants: 'json' });
    expect(gone.kind === 'no_data' && gone.because).toContain('cannot be reached');
  });
});

describe('a slow host', () => {
  test.each([
    ['that never answers', () => new Promise<Response>(() => {})],
    [
      'that stops in the middle',
      () =>
        json('') &&
        new Response(
          new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{"a":')) }),
          { headers: { 'content-type': 'application/json' } },
        ),
    ],
  ])('%s is given up at the deadline', async (_, answer) => {
    const clock = createManualClock(0);
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { url } = serve((): Response | Promise<Response> => {
      arrived();
      return answer();
    });
    const waiting = client({ clock, timeoutMs: 10_000 }).get({ source: 's', url, wants: 'json' });
    await arrival;
    await clock.advance(9_999);
    expect(clock.sleepers).toBe(1);
    await clock.advance(1);
    expect(await waiting).toMatchObject({ because: 'it did not answer within 10 s' });
    expect(clock.sleepers).toBe(0);
  });
});

describe('requests to one host', () => {
  test('go out at the pace, in the order they came, whoever asks', async () => {
    const { url, seen } = serve((request) => json(JSON.stringify(request.url)));
    const other = serve(() => json('{}'));
    const clock = createManualClock(0);
    const http = client({ clock, requestsPerSecond: 2 });
    const order: number[] = [];
    const all = [0, 1, 2, 3, 4].map(async (index) => {
      const page = await http.get({ source: `s${index}`, url: new URL(`${url}?${index}`), wants: 'json' });
      order.push(index);
      return page;
    });
    await all[0];
    expect(await http.get({ source: 'o', url: other.url, wants: 'json' })).toMatchObject({ kind: 'page' });
    for (let index = 1; index < 5; index += 1) {
      await clock.advance(499);
      expect(seen.length).toBe(index);
      await clock.advance(1);
      await all[index];
    }
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(seen.map((request) => new URL(request.url).search)).toEqual(['?0', '?1', '?2', '?3', '?4']);
  });

  test('of one source that failed do not close the other sources there', async () => {
    const { url } = serve((request) =>
      request.url.endsWith('bad') ? new Response('', { status: 500 }) : json('{}'),
    );
    const http = client();
    await http.get({ source: 'a', url: new URL('bad', url), wants: 'json' });
    expect(await http.get({ source: 'b', url, wants: 'json' })).toMatchObject({ kind: 'page' });
    http.distrust('b', 'its shape changed');
    const closed = await http.get({ source: 'b', url, wants: 'json' });
    expect(closed.kind === 'no_data' && closed.because).toEndWith('because its shape changed');
  });
});
