/** Ubuntu 23.10 and later: processes without a profile get no capabilities in user namespaces of their own. */
export const RESTRICTION = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns';

const PROFILE_FILE = '/etc/apparmor.d/guard-bwrap';
/** A path that needs no quoting in a shell and means nothing to AppArmor's own patterns. */
const PLAIN_PATH = /^\/[\w./-]+$/;

/**
 * The commands that let bubblewrap, and nothing else, have user namespaces with capabilities in them. Ubuntu's own
 * profile (`bwrap-userns-restrict`) takes the capabilities from whatever bubblewrap starts; guard's first stage needs
 * them there to set up the network of the session, so that profile, which attaches to the same file, has to go.
 */
export function allowBubblewrap(bwrap: string): string[] {
  const path = PLAIN_PATH.test(bwrap) ? bwrap : '/usr/bin/bwrap';
  const lines = [
    'abi <abi/4.0>,',
    'include <tunables/global>',
    '',
    `profile guard-bwrap ${path} flags=(unconfined) {`,
    '  userns,',
    '}',
  ];
  const quoted = lines.map((line) => `'${line}'`).join(' ');
  const ubuntu = '/etc/apparmor.d/bwrap-userns-restrict';
  return [
    `if [ -e ${ubuntu} ]; then sudo apparmor_parser -R ${ubuntu}; sudo ln -sf ${ubuntu} /etc/apparmor.d/disable/; fi`,
    `printf '%s\\n' ${quoted} | sudo tee ${PROFILE_FILE}`,
    `sudo apparmor_parser -r ${PROFILE_FILE}`,
  ];
}
