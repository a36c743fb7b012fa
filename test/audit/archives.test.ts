import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { textOf } from '../../src/audit/examine.ts';
import type { AuditResult } from '../../src/audit/result.ts';
import { examiner, folder, places, secret } from './repository.ts';

async function audited(bytes: Buffer, archives = true): Promise<AuditResult> {
  const made = examiner({ archives });
  await made.examine(textOf('file.bin', bytes));
  return made.result;
}

/** APPNOTE 6.3.10, 4.3: local headers with their content, the central directory, its end. */
function zip(files: Record<string, Buffer>, { flags = 0, method = 8 } = {}): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = method === 0 ? content : deflateRawSync(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(flags, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    centrals.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, rest, Buffer.from(name)]),
    );
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(centrals.length, 4);
  end.writeUInt16LE(centrals.length, 6);
  end.writeUInt32LE(Buffer.concat(centrals).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, ...centrals, Buffer.from('PK\x05\x06'), end]);
}

it('looks into zip, tar and gzip, and into those within, when asked to', async () => {
  const root = folder();
  const text = Buffer.from(`a\nb ${secret()}\n`);
  const long = `${'deep/'.repeat(30)}file.txt`;
  execFileSync('mkdir', ['-p', join(root, 'deep/'.repeat(30))]);
  writeFileSync(join(root, long), text);
  writeFileSync(join(root, 'short'), text);
  symlinkSync('short', join(root, 'link'));
  const tar = (format: string): Buffer => {
    execFileSync('tar', [`--format=${format}`, '-cf', 'out.tar', 'short', 'link', 'deep'], {
      cwd: root,
    });
    return readFileSync(join(root, 'out.tar'));
  };
  for (const format of ['gnu', 'pax', 'ustar'])
    expect(places(await audited(tar(format)))).toEqual([
      'file.bin!short:2:3',
      `file.bin!${long}:2:3`,
    ]);
  expect(places(await audited(gzipSync(text)))).toEqual(['file.bin:2:3']);
  expect(places(await audited(zip({ 'x/y': text })))).toEqual(['file.bin!x/y:2:3']);
  expect(places(await audited(zip({ 'x/y': text }, { method: 0 })))).toContain('file.bin!x/y:2:3');
  const nested = zip({ 'in.tgz': gzipSync(tar('gnu')), 'in.zip': zip({ a: text }) });
  expect(places(await audited(nested))).toEqual([
    'file.bin!in.tgz!short:2:3',
    `file.bin!in.tgz!${long}:2:3`,
    'file.bin!in.zip!a:2:3',
  ]);
  for (const bytes of [nested, gzipSync(text)])
    expect(places(await audited(bytes, false))).toEqual([]);
});

it('says which archive it did not look through, and why', async () => {
  const text = Buffer.from(secret());
  const why = async (bytes: Buffer): Promise<string> =>
    (await audited(bytes)).unread.map((each) => `${each.file}: ${each.why}`).join('; ');
  expect(await why(zip({ a: text }, { flags: 1 }))).toContain('it is encrypted');
  expect(await why(zip({ a: text }, { method: 99 }))).toContain('packed by method 99');
  const whole = zip({ a: text, b: text });
  for (const size of [whole.length - 5, whole.length - 60, 40])
    expect(await why(whole.subarray(0, size))).toContain('is not looked through');
  const gz = gzipSync(text);
  expect(await why(gz.subarray(0, gz.length - 9))).toContain('it is broken');
  let deep: Buffer = text;
  for (let i = 0; i < 6; i += 1) deep = zip({ [`${i}.zip`]: deep });
  expect(await why(deep)).toContain('4 deep');
  const bomb = zip({ a: Buffer.alloc(300 * 1024 * 1024), b: Buffer.alloc(300 * 1024 * 1024) });
  expect(await why(bomb)).toContain('it holds more than 512 MiB');
  const many = zip(
    Object.fromEntries(Array.from({ length: 20_001 }, (_, i) => [`${i}`, Buffer.alloc(0)])),
  );
  expect(await why(many)).toContain('20000 entries');
});
