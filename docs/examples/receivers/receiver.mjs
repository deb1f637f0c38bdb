// npm install standardwebhooks; WEBHOOK_SECRET=whsec_… node receiver.mjs 8080 (Node.js 24)
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const maxBody = 1_000_000;

const inbox = new DatabaseSync(process.env.INBOX ?? "inbox.db");
inbox.exec("CREATE TABLE IF NOT EXISTS events (id PRIMARY KEY, body, done DEFAULT 0)");
const remember = inbox.prepare("INSERT OR IGNORE INTO events (id, body) VALUES (?, ?)");
const waiting = inbox.prepare("SELECT id, body FROM events WHERE NOT done");
const finish = inbox.prepare("UPDATE events SET done = 1 WHERE id = ?");

/** Your part. It may be called twice for one event if the process dies in between. */
async function act(event) {
  console.log(event.event, event.id);
}

/** Verify and remember, nothing else: the sender waits for the status this gives. */
function receive(headers, body) {
  try {
    webhook.verify(body, headers);
  } catch {
    return 401;
  }
  remember.run(headers["webhook-id"], body);
  return 204;
}

/** Act on what is in the inbox, also after a restart; what failed is tried again. */
let worked = Promise.resolve();
function work() {
  worked = worked.then(async () => {
    for (const { id, body } of waiting.all()) {
      try {
        await act(JSON.parse(body));
        finish.run(id);
      } catch (error) {
        console.error(error);
      }
    }
  });
}

async function answer(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > maxBody) return 413;
    parts.push(part);
  }
  return receive(request.headers, Buffer.concat(parts).toString());
}

createServer((request, response) => {
  answer(request).then(
    (status) => response.writeHead(status).end(work),
    () => response.destroy(),
  );
}).listen(Number(process.argv[2]), "127.0.0.1");
setInterval(work, 60_000);
work();
