// PostOrderRequest of contract 1.43: the generated codec and the one field that it lacks.

import { PostOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';

/** The generated request and field 11, `confirm_margin_trade`: agreement to borrow for this order. */
export interface MarginAwarePostOrder extends PostOrderRequest {
  readonly confirmMarginTrade: boolean;
}

/** Tag of field 11 as a varint. */
const CONFIRM_MARGIN_TRADE = (11 << 3) | 0;

export const postOrderCodec = {
  /** `false` is not written, as proto3 has it. */
  encode(message: MarginAwarePostOrder): { finish(): Uint8Array } {
    const writer = PostOrderRequest.encode(message);
    if (message.confirmMarginTrade) writer.uint32(CONFIRM_MARGIN_TRADE).bool(true);
    return writer;
  },
};
