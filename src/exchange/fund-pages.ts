// The public sources of fund data on loopback, built from the venue's truth at the venue's time: the management company's
// statistics page, the broker's news feed, MOEX ISS, the central bank. The same shapes and paths as the real ones.
// Guarantees: what is asked for in another way is a 404 in HTML; closing ends every connection.

import { createServer, type ServerResponse } from 'node:http';
import { cbrRates } from './cbr-rates.ts';
import type { Exchange } from './exchange.ts';
import { fundRows } from './fund-rows.ts';
import { boardBlocks, type IssReply, navBlocks, paperBlocks } from './iss-blocks.ts';
import { newsFeed } from './news-feed.ts';
import { statisticsPage } from './statistics-page.ts';

/** Addresses as `fund_data.urls` wants them. */
export interface FundPageUrls {
  readonly tCapital: string;
  readonly smartfeed: string;
  readonly moexIss: string;
  readonly cbr: string;
}

export interface FundPages {
  readonly urls: FundPageUrls;
  /** How many requests each source got. */
  readonly requests: Readonly<Record<keyof FundPageUrls, number>>;
  close(): Promise<void>;
}

interface Page {
  readonly source: keyof FundPageUrls;
  readonly type: string;
  readonly body: string | Uint8Array;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML_TYPE = 'text/html; charset=utf-8';

export async function serveFundPages(exchange: Exchange): Promise<FundPages> {
  const requests = { tCapital: 0, smartfeed: 0, moexIss: 0, cbr: 0 };
  const server = createServer((request, response) => {
    const page = pageAt(new URL(request.url ?? '/', 'http://localhost'), exchange);
    if (page === null) return send(response, 404, HTML_TYPE, '<!doctype html><title>404</title><h1>404</h1>');
    requests[page.source] += 1;
    send(response, 200, page.type, page.body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error(`the fund pages expected a port to listen on, found ${JSON.stringify(address)}`);
  const origin = `http://127.0.0.1:${address.port}`;
  return {
    urls: {
      tCapital: `${origin}/statistics/`,
      smartfeed: origin,
      moexIss: origin,
      cbr: `${origin}/scripts/XML_daily.asp`,
    },
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

function pageAt({ pathname, searchParams }: URL, exchange: Exchange): Page | null {
  const nowMs = exchange.now();
  const brand = /\/brands\/([^/]+)\/fund-news\/?$/.exec(pathname)?.[1];
  if (brand !== undefined) {
    const row = fundRows(exchange, nowMs).find((each) => each.brand === decodedOrSame(brand));
    const feed = newsFeed(row, exchange.funds, nowMs, searchParams.get('cursor'));
    return { source: 'smartfeed', type: JSON_TYPE, body: JSON.stringify(feed) };
  }
  if (/\/statistics\/?$/.test(pathname))
    return { source: 'tCapital', type: HTML_TYPE, body: statisticsPage(fundRows(exchange, nowMs)) };
  if (/\/XML_daily\.asp$/i.test(pathname))
    return { source: 'cbr', type: 'application/xml; charset=windows-1251', body: cbrRates(nowMs) };
  const blocks = issAt(pathname, namedIn(searchParams), exchange, nowMs);
  return blocks && { source: 'moexIss', type: JSON_TYPE, body: JSON.stringify(blocks) };
}

function issAt(
  pathname: string,
  named: ReadonlySet<string> | null,
  exchange: Exchange,
  nowMs: number,
): IssReply | null {
  const found =
    /\/engines\/stock\/markets\/(shares|index)\/boards\/([^/]+)\/securities(?:\/([^/]+))?\.json$/.exec(
      pathname,
    );
  if (found === null) {
    const paper = /\/iss\/securities\/([^/]+)\.json$/.exec(pathname)?.[1];
    return paper === undefined ? null : paperBlocks(exchange, decodedOrSame(paper));
  }
  const [, market, board = '', one] = found;
  const wanted = one === undefined ? named : new Set([decodedOrSame(one)]);
  if (market === 'shares') return boardBlocks(exchange, nowMs, board, wanted);
  return navBlocks(board === 'INAV' ? fundRows(exchange, nowMs) : [], nowMs, wanted);
}

const namedIn = (query: URLSearchParams): ReadonlySet<string> | null => {
  const list = query.get('securities');
  return list === null || list === '' ? null : new Set(list.split(','));
};

/** A path that is not encoded well means what it says. */
function decodedOrSame(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
