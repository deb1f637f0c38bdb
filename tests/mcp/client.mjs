// The official TypeScript client: carries out the calls of each line of its input, a job for one
// server, and answers with a line.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import { createInterface } from "node:readline";

// The client holds each result against the schema of its tool. All servers here have the same ones.
const ajv = new AjvJsonSchemaValidator();
const known = new Map();
const jsonSchemaValidator = {
  getValidator(schema) {
    const text = JSON.stringify(schema);
    if (!known.has(text)) known.set(text, ajv.getValidator(schema));
    return known.get(text);
  },
};

async function carryOut({ url, headers, version, calls }) {
  const versionNegotiation = version ? { mode: { pin: version } } : undefined;
  const client = new Client({ name: "test", version: "1" }, { jsonSchemaValidator, versionNegotiation });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  try {
    const { tools } = await client.listTools();
    const wrong = [];
    for (const call of calls) {
      const result = await client.callTool(call);
      if (result.isError || !result.structuredContent) wrong.push([call.name, result.content]);
    }
    return { tools: tools.map((tool) => tool.name), wrong };
  } finally {
    await client.close();
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await carryOut(JSON.parse(line)).catch((error) => ({ error: String(error) }))));
}
