// Whether an answer is of the kind that was asked for, by its content type and by its first character: servers of this
// trade answer 200 with a page of HTML where JSON was due.

import { quoted } from './no-data.ts';

/** `rates`: XML or JSON, whichever the address serves. */
export type ReplyKind = 'json' | 'html' | 'rates';

const UNTOLD = /^(text\/plain|application\/octet-stream)?$/;
const JSON_TYPE = /^(application|text)\/([\w.-]+\+)?(json|javascript|x-javascript)$/;
const HTML_TYPE = /^(text\/html|application\/xhtml\+xml)$/;
const XML_TYPE = /^(application|text)\/([\w.-]+\+)?xml$/;

/** What is wrong, for "<host> …"; `null` where nothing is. */
export function wrongKind(wants: ReplyKind, contentType: string, text: string): string | null {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  const first = text.replace(/^\ufeff/, '').trimStart()[0] ?? '';
  if (first === '') return 'sent an empty answer';
  const json = (JSON_TYPE.test(type) || UNTOLD.test(type)) && (first === '{' || first === '[');
  const html = (HTML_TYPE.test(type) || UNTOLD.test(type)) && first === '<';
  const xml = (XML_TYPE.test(type) || UNTOLD.test(type)) && first === '<';
  const right = { json, html, rates: json || xml }[wants];
  const due = { json: 'JSON', html: 'an HTML page', rates: 'XML or JSON' }[wants];
  return right
    ? null
    : `sent ${type === '' ? 'something' : type} that begins ${quoted(text, 20)} where ${due} was due`;
}
