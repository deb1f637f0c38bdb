// In place of the package standardwebhooks, with what Node.js brings.
import { createHmac, timingSafeEqual } from "node:crypto";

const tolerance = 5 * 60;

export class Webhook {
  constructor(secret) {
    this.key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  }

  /** The event, if Outrider sent it just now. `body` is the text or Buffer as it came. */
  verify(body, headers) {
    const timestamp = headers["webhook-timestamp"] ?? "";
    const age = Math.abs(Date.now() / 1000 - Number(timestamp));
    if (!/^\d+$/.test(timestamp) || age > tolerance) throw new Error("not of this time");
    const digest = createHmac("sha256", this.key)
      .update(`${headers["webhook-id"]}.${timestamp}.`)
      .update(body)
      .digest("base64");
    const expected = Buffer.from(`v1,${digest}`);
    // While a secret is being replaced there are two signatures, one by each.
    const given = (headers["webhook-signature"] ?? "").split(" ").map((each) => Buffer.from(each));
    const same = (each) => each.length === expected.length && timingSafeEqual(each, expected);
    if (!given.some(same)) throw new Error("not signed with this secret");
    return JSON.parse(body);
  }
}
