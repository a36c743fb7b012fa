/**
 * Whether this is the Windows Subsystem for Linux, by the kernel's release: version 1 says `4.4.0-19041-Microsoft`, version 2
 * runs a Linux kernel of Microsoft's build, `5.15.90.1-microsoft-standard-WSL2`.
 */
export function wslVersion(kernelRelease: string): 1 | 2 | null {
  if (/microsoft-standard|WSL2/i.test(kernelRelease)) return 2;
  return /-Microsoft$/.test(kernelRelease) ? 1 : null;
}
