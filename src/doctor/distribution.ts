/** Package managers by the ID or ID_LIKE of os-release(5). */
const MANAGERS: readonly { ids: readonly string[]; install: string }[] = [
  { ids: ['debian', 'ubuntu'], install: 'sudo apt-get install -y' },
  { ids: ['fedora', 'rhel', 'centos'], install: 'sudo dnf install -y' },
  { ids: ['arch'], install: 'sudo pacman -S --needed' },
  { ids: ['alpine'], install: 'sudo apk add' },
  { ids: ['suse', 'opensuse'], install: 'sudo zypper install -y' },
];
/** Where a package is named differently from the one on Debian. */
const NAMES: Record<string, Record<string, string>> = {
  'sudo apk add': { 'util-linux': 'util-linux-misc' },
};

/** The command that installs a package (by its Debian name) here; `osRelease` is the text of /etc/os-release. */
export function installCommand(osRelease: string | null, name: string): string {
  const ids = ['ID', 'ID_LIKE'].flatMap((key) => field(osRelease ?? '', key).split(' '));
  for (const id of ids) {
    const manager = MANAGERS.find(({ ids }) => ids.includes(id));
    if (manager) return `${manager.install} ${NAMES[manager.install]?.[name] ?? name}`;
  }
  return `install the package ${name} with your distribution's package manager`;
}

function field(text: string, key: string): string {
  const value = new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  return value.trim().replace(/^(["'])(.*)\1$/, '$2');
}
