// Writes .br and .gz beside each built file, and touches index.html so that cargo embeds the new build.
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const dist = new URL("../dist/", import.meta.url).pathname;
const TEXT = /\.(html|js|css|svg|json|txt|webmanifest)$/;

const entries = await readdir(dist, { recursive: true, withFileTypes: true });
const sizes = [];
for (const entry of entries) {
  if (!entry.isFile() || !TEXT.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = await readFile(path);
  const br = await promisify(brotliCompress)(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  const gz = await promisify(gzip)(bytes, { level: 9 });
  if (br.length < bytes.length) await writeFile(`${path}.br`, br);
  if (gz.length < bytes.length) await writeFile(`${path}.gz`, gz);
  sizes.push([path.slice(dist.length), bytes.length, gz.length, br.length]);
}

const now = new Date();
await utimes(new URL("../index.html", import.meta.url), now, now);

sizes.sort((a, b) => b[3] - a[3]);
const kb = (n) => `${(n / 1024).toFixed(1)}`.padStart(8);
console.log(`${"KiB".padEnd(44)}${"plain".padStart(8)}${"gzip".padStart(8)}${"brotli".padStart(8)}`);
for (const [name, plain, gz, br] of sizes) console.log(`${name.padEnd(44)}${kb(plain)}${kb(gz)}${kb(br)}`);
const total = (pick) => sizes.reduce((sum, row) => sum + row[pick], 0);
console.log(`${"all".padEnd(44)}${kb(total(1))}${kb(total(2))}${kb(total(3))}`);
