// The lines of a stream as they come. Guarantees: a line without an end (a device, a wrong file) is refused before it fills the
// memory, and what cannot be read as a stream (a directory) is said in words.

/** stdin is nothing that lines can be read from; the message says why. */
export class UnreadableInput extends Error {
  override readonly name = 'UnreadableInput';
}

/** As many bytes as a snapshot in a file may have, with the account beside it. */
const LINE_MAX = 32 * 1024 * 1024;

/** Lines without their ends: \n, \r\n, or \r alone. @throws {UnreadableInput} */
export async function* linesOf(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let length = 0;
  let afterReturn = false;
  for await (const chunk of readable(stream)) {
    let text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (text === '') continue;
    if (afterReturn && text.startsWith('\n')) text = text.slice(1);
    afterReturn = text.endsWith('\r');
    const [first = '', ...others] = text.split(/\r\n|\r|\n/);
    parts.push(first);
    length += first.length;
    for (const next of others) {
      yield parts.join('');
      parts = [next];
      length = next.length;
    }
    if (length > LINE_MAX)
      throw new UnreadableInput(
        `stdin: found a line of more than ${LINE_MAX} characters; expected one {"snapshot": {...}, "account": {...}} per line`,
      );
  }
  const rest = parts.join('') + decoder.decode();
  if (rest !== '') yield rest;
}

async function* readable<Part>(stream: AsyncIterable<Part>): AsyncGenerator<Part> {
  try {
    yield* stream;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UnreadableInput(
      `stdin cannot be read: ${error.message}; expected a file or a pipe with a line per snapshot`,
    );
  }
}
