"""pip install standardwebhooks; WEBHOOK_SECRET=whsec_… python receiver.py 8080"""

import json
import os
import sqlite3
import sys
import threading
import traceback
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

WEBHOOK = Webhook(os.environ["WEBHOOK_SECRET"])
INBOX = os.environ.get("INBOX", "inbox.db")
MAX_BODY = 1_000_000
arrived = threading.Event()


def act(event):
    """Your part. It may be called twice for one event if the process dies in between."""
    print(event["event"], event["id"], flush=True)


def receive(headers, body):
    """Verify and remember, nothing else: the sender waits for the status this gives."""
    try:
        WEBHOOK.verify(body, headers)
    except (WebhookVerificationError, ValueError):
        return 401
    with closing(sqlite3.connect(INBOX)) as inbox, inbox:
        inbox.execute(
            "INSERT OR IGNORE INTO events (id, body) VALUES (?, ?)", (headers["webhook-id"], body)
        )
    arrived.set()
    return 204


def work():
    """Act on what is in the inbox, also after a restart; what failed is tried again."""
    with closing(sqlite3.connect(INBOX)) as inbox:
        while True:
            arrived.clear()
            waiting = inbox.execute("SELECT id, body FROM events WHERE NOT done").fetchall()
            for event_id, body in waiting:
                try:
                    act(json.loads(body))
                except Exception:
                    traceback.print_exc()
                    continue
                with inbox:
                    inbox.execute("UPDATE events SET done = 1 WHERE id = ?", (event_id,))
            arrived.wait(60)


class Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        if 0 <= length <= MAX_BODY:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receive(headers, self.rfile.read(length))
        else:
            status = 413
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    with closing(sqlite3.connect(INBOX)) as inbox, inbox:
        inbox.execute("CREATE TABLE IF NOT EXISTS events (id PRIMARY KEY, body, done DEFAULT 0)")
    threading.Thread(target=work, daemon=True).start()
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
