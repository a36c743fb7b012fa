import type { EffectiveProfile } from '../profile/types.ts';

/** The three layers of enforcement; the demonstration turns them off to show that each alone holds. */
export interface Layers {
  view: boolean;
  commands: boolean;
  egress: boolean;
}

export const ALL_LAYERS: Layers = { view: true, commands: true, egress: true };

/** The profile with what a layer enforces taken out. The sandbox itself stays. */
export function withoutLayers(profile: EffectiveProfile, layers: Layers): EffectiveProfile {
  const source = { layer: 'user', file: 'guard demo', line: 0 } as const;
  return {
    ...profile,
    files: layers.view ? profile.files : { ...profile.files, hide: [], redact: [] },
    env: layers.view ? profile.env : { ...profile.env, pass: [{ value: '*', source }] },
    commands: layers.commands ? profile.commands : [],
    network: layers.egress
      ? profile.network
      : {
          ...profile.network,
          allow: [{ value: '*', source }],
          deny: [],
          rules: [],
          opaque: [{ value: '*', source }],
        },
  };
}
