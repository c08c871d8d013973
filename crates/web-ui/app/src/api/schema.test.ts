// @vitest-environment node
import { existsSync, readFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, it } from "vitest";

const document = new URL("../../../../../docs/reference/openapi.json", import.meta.url);
const schema = new URL("./schema.d.ts", import.meta.url);

it.skipIf(!existsSync(document))("the generated types are those of the OpenAPI document", async () => {
  const made = COMMENT_HEADER + astToString(await openapiTS(document, { defaultNonNullable: false }));
  const isFresh = readFileSync(schema, "utf8") === made;
  expect(isFresh, "src/api/schema.d.ts is stale: run `npm run generate`").toBe(true);
});
