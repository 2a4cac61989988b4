import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zipOf } from "../../../emulator/providers/engine/archive.ts";
import type { ArchiveValue } from "../../../emulator/providers/engine/values.ts";

const signature = "4dabf18193072939515e22adb298388d";
const asset = (value: object) => ({ [signature]: "c44067f5952c0a294b673a41bacd8c17", ...value });
const archive = (value: ArchiveValue): ArchiveValue =>
  Object.assign({ [signature]: "0def7320c3a5731c473e5ecbe6d01bc7" }, value);

/** Reads a zip by its central directory, independently of the code that wrote it (APPNOTE.TXT 4.3.12). */
function unzip(zip: Buffer): Record<string, string> {
  const files: Record<string, string> = {};
  const end = zip.length - 22;
  expect(zip.readUInt32LE(end)).toBe(0x06054b50);
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < zip.readUInt16LE(end + 10); i++) {
    expect(zip.readUInt32LE(at)).toBe(0x02014b50);
    const nameLength = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    expect(zip.readUInt32LE(local)).toBe(0x04034b50);
    const start = local + 30 + zip.readUInt16LE(local + 26);
    const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    const content = inflateRawSync(packed);
    expect(content.length).toBe(zip.readUInt32LE(at + 24));
    files[zip.toString("utf8", at + 46, at + 46 + nameLength)] = content.toString();
    at += 46 + nameLength;
  }
  return files;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-archive-"));
  mkdirSync(join(folder, "code", "lib"), { recursive: true });
  writeFileSync(join(folder, "code", "index.mjs"), "one");
  writeFileSync(join(folder, "code", "lib", "a.mjs"), "two");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("code archives", () => {
  it("hold texts, files, folders and archives inside archives", () => {
    const value = archive({
      assets: {
        "index.mjs": asset({ text: "export {};" }),
        "rules.json": asset({ path: join(folder, "code", "index.mjs") }),
        code: archive({ path: join(folder, "code") }),
        nested: archive({ assets: { "b.txt": asset({ text: "β" }) } }),
      },
    });
    expect(unzip(zipOf(value))).toEqual({
      "index.mjs": "export {};",
      "rules.json": "one",
      "code/index.mjs": "one",
      "code/lib/a.mjs": "two",
      "nested/b.txt": "β",
    });
  });

  it("are the same bytes whatever the order of their parts", () => {
    const a = asset({ text: "a" });
    const b = asset({ text: "b" });
    expect(zipOf(archive({ assets: { a, b } }))).toEqual(zipOf(archive({ assets: { b, a } })));
  });

  it("take a .zip file as it is", () => {
    const path = join(folder, "ready.zip");
    const bytes = zipOf(archive({ path: join(folder, "code") }));
    writeFileSync(path, bytes);
    expect(zipOf(archive({ path }))).toEqual(bytes);
  });

  it.each([
    ["a remote archive", archive({ uri: "https://example.com/a.zip" })],
    ["a remote asset", archive({ assets: { a: asset({ uri: "https://example.com/a" }) } })],
    ["a missing file", archive({ assets: { a: asset({ path: "/nowhere/a" }) } })],
    ["something else", archive({ assets: { a: "text" } })],
  ])("refuse %s", (_, value) => {
    expect(() => zipOf(value)).toThrow(/^HF5531 /);
  });
});
