import {
  forEachChild,
  type Function as ShellFunction,
  type Pipeline,
  type SyntaxNode,
} from 'unbash';

/** More nodes than these are not looked at. */
const MOST = 5000;

/** Whether a function starts itself twice at once, or in the background, and so never ends: `:(){ :|:& };:`. */
export function isForkBomb({ name, body }: ShellFunction): boolean {
  const state = { left: MOST };
  return bombs(body, name.value, false, state);
}

function bombs(node: SyntaxNode, name: string, behind: boolean, state: { left: number }): boolean {
  if ((state.left -= 1) < 0) return false;
  if (node.type === 'Pipeline' && node.commands.filter((one) => calls(one, name)).length > 1)
    return true;
  if (behind && calls(node, name)) return true;
  const background = behind || (node.type === 'Statement' && node.background === true);
  let found = false;
  forEachChild(node, (child) => {
    found ||= bombs(child, name, background, state);
  });
  return found;
}

/** By itself or with what it was given: one that goes on to something smaller ends. */
function calls(node: SyntaxNode, name: string): boolean {
  if (node.type === 'Subshell' || node.type === 'BraceGroup') {
    const [statement, ...others] = node.body.commands;
    return statement !== undefined && others.length === 0 && calls(statement.command, name);
  }
  if (node.type !== 'Command' || node.name?.value !== name) return false;
  return node.args.every((arg) => /^"?\$[@*]"?$/.test(arg.text));
}

/** A script that pipes itself into itself: `$0 | $0 &`. */
export function startsItself({ commands }: Pipeline): boolean {
  const own = commands.filter(
    (one) => one.type === 'Command' && /^(?:\.\/)?"?\$\{?0\}?"?$/.test(one.name?.text ?? ''),
  );
  return own.length > 1;
}
