import type { Scanner } from './detector.ts';
import type { OpenFiles } from './open-files.ts';
import type { ScanResult } from './scan-protocol.ts';

/** Whatever goes wrong with a file is that file's result: nobody is to take it for one without secrets. */
export function scanFile(files: OpenFiles, scanner: Scanner, path: string): ScanResult {
  try {
    return files.with(path, (fd, { dev, ino, size, mtimeNs, ctimeNs }) => ({
      path,
      size: Number(size),
      spans: scanner.scanDescriptor(path, fd, Number(size)),
      state: { dev, ino, size, mtimeNs, ctimeNs },
    }));
  } catch (error) {
    const { code = 'ESCAN', message } = error as NodeJS.ErrnoException;
    // Without the path, which is one of /proc.
    return { path, code, error: message.replace(/, \w+ '.*$/s, '') };
  }
}
