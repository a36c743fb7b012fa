import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { startPublish } from '../egress/publish.ts';
import { PACKAGE_ROOT } from '../package-root.ts';

/**
 * Makes servers of the session reachable on the user's loopback. `pid` is a process in the session's network namespace
 * whose user namespace owns it. Returns what ends it.
 */
export async function startPublishing(
  ports: readonly number[],
  pid: number,
  onNotice: (text: string) => void,
): Promise<() => void> {
  const connector = spawn(
    'nsenter',
    [
      [`--user=/proc/${pid}/ns/user`, `--net=/proc/${pid}/ns/net`, '--preserve-credentials', '--'],
      [process.execPath, join(PACKAGE_ROOT, 'dist', 'publish-connector.cjs')],
    ].flat(),
    {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
      detached: true,
    },
  );
  connector.on('error', () => connector.disconnect());
  try {
    const publish = await startPublish({ ports, connector, onNotice });
    return () => {
      publish.close();
      connector.kill('SIGKILL');
    };
  } catch (error) {
    connector.kill('SIGKILL');
    throw error;
  }
}
