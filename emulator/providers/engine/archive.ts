import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { ProviderError } from "../codes.ts";
import { type ArchiveValue, isArchive, isAsset } from "./values.ts";

/**
 * The bytes of a zip file for an archive value. The same content makes the same bytes: entries are sorted and carry one
 * fixed date.
 *
 * @throws HF5531 for remote archives, other archive formats and files that are not there
 */
export function zipOf(archive: ArchiveValue): Buffer {
  if (archive.path?.endsWith(".zip")) return readFileSync(existing(archive.path));
  const files = new Map<string, Buffer>();
  collect("", archive, files);
  return zip(files);
}

function collect(prefix: string, value: unknown, files: Map<string, Buffer>): void {
  const name = prefix === "" ? "the archive" : prefix;
  if (isAsset(value)) {
    if (value.text !== undefined) files.set(prefix, Buffer.from(value.text));
    else if (value.path !== undefined) files.set(prefix, readFileSync(existing(value.path)));
    else throw new ProviderError("HF5531", `${name} is a remote asset (${value.uri}); use a file or a text`);
  } else if (isArchive(value)) {
    if (value.assets) {
      for (const [key, v] of Object.entries(value.assets)) collect(prefix === "" ? key : `${prefix}/${key}`, v, files);
    } else if (value.path !== undefined && statSync(existing(value.path)).isDirectory()) {
      for (const file of filesBelow(value.path)) {
        const path = relative(value.path, file).replaceAll("\\", "/");
        files.set(prefix === "" ? path : `${prefix}/${path}`, readFileSync(file));
      }
    } else {
      throw new ProviderError("HF5531", `${name} is ${value.path ?? value.uri}; use a folder, a .zip file or assets`);
    }
  } else {
    throw new ProviderError("HF5531", `${name} is neither an asset nor an archive`);
  }
}

function existing(path: string): string {
  if (existsSync(path)) return path;
  throw new ProviderError("HF5531", `the file ${path} does not exist (relative paths count from ${process.cwd()})`);
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** 1980-01-01, the first date that the format can state. */
const dosDate = 0x0021;

/** A zip file (APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16), deflated, without extensions. */
function zip(files: ReadonlyMap<string, Buffer>): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const path = Buffer.from(name);
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version needed: 2.0, deflate
    common.writeUInt16LE(0x0800, 2); // names are UTF-8
    common.writeUInt16LE(8, 4); // deflated
    common.writeUInt16LE(dosDate, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    const head = Buffer.concat([signature(0x04034b50), common, path]);
    const tail = Buffer.alloc(14);
    // Regular file, readable by all: Lambda refuses code that it may not read.
    tail.writeUInt32LE(0o100644 * 0x10000, 6);
    tail.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, 3]); // on Unix, so that the mode counts
    central.push(Buffer.concat([signature(0x02014b50), madeBy, common, tail, path]));
    local.push(head, packed);
    offset += head.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.size, 4);
  end.writeUInt16LE(files.size, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}
