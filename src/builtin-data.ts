/** What build.js writes beside the bundle: the only module that is run at build time. */
export { compileBuiltinBrokers as builtinBrokers } from './broker/load-definitions.ts';
export { compileBuiltinProviders as builtinProviders } from './operations/load-providers.ts';
export { compileBuiltinRules as builtinRules } from './policy/load-rules.ts';
export { compileBuiltinProfiles as builtinProfiles } from './profile/compile-builtins.ts';
export { compileCredentialStores as credentialStores } from './secrets/files/stores.ts';
export { builtinWords } from './secrets/default-scanner.ts';
export { compileBuiltinSecrets as builtinSecrets } from './secrets/rules/load.ts';
