/** A ZIP archive with one stored file (APPNOTE.TXT 4.3), for function code in tests. */
import { crc32 } from "node:zlib";

export function zipSync(name: string, text: string): Buffer {
  const [file, content] = [Buffer.from(name), Buffer.from(text)];
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(file.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, file, content]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((0o644 << 16) >>> 0, 6);
  const central = Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), common, rest, file]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, Buffer.from("PK\x05\x06"), end]);
}
