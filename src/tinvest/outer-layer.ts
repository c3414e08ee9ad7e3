// The outermost layer of a protobuf message, read without its codec. For two uses: a reply that was cut short is told
// (the generated codecs read a shortened string without a word), and a reply that is one repeated message (field 1) is
// cut into its elements, so that an element the codec cannot read (an int64 above 2^53) costs that element, not a list
// of thousands.

/** @throws {RangeError} where the message is cut short or is not protobuf */
export function assertWhole(bytes: Uint8Array): void {
  walk(bytes, () => {});
}

/**
 * @returns views of the elements of field 1, in order; other fields are stepped over
 * @throws {RangeError} where the message is cut short or is not protobuf
 */
export function listElements(bytes: Uint8Array): readonly Uint8Array[] {
  const elements: Uint8Array[] = [];
  walk(bytes, (field, start, end) => {
    if (field === 1) elements.push(bytes.subarray(start, end));
  });
  return elements;
}

/** Tells of every length-delimited field. */
function walk(bytes: Uint8Array, tell: (field: number, start: number, end: number) => void): void {
  let at = 0;
  while (at < bytes.length) {
    const tag = varint(bytes, at);
    // The generated codecs take it for the end of the message, and what follows for nothing.
    if (tag.value < 8) throw new RangeError(`not a protobuf message: field 0 at byte ${at}`);
    at = tag.end;
    const wireType = tag.value & 7;
    if (wireType === 0) {
      at = varint(bytes, at).end;
    } else if (wireType === 2) {
      const length = varint(bytes, at);
      at = within(bytes, length.end + length.value);
      tell(tag.value >>> 3, length.end, at);
    } else if (wireType === 1 || wireType === 5) {
      at = within(bytes, at + (wireType === 1 ? 8 : 4));
    } else {
      throw new RangeError(`not a protobuf message: wire type ${wireType} at byte ${at}`);
    }
  }
}

function varint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, scale = 1; at < start + 10; at += 1, scale *= 128) {
    const byte = bytes[at];
    if (byte === undefined) throw new RangeError(`protobuf message cut short at byte ${at}`);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new RangeError(`not a protobuf message: endless number at byte ${start}`);
}

function within(bytes: Uint8Array, end: number): number {
  if (end > bytes.length) throw new RangeError(`protobuf message cut short: ${bytes.length} bytes of ${end}`);
  return end;
}
