/**
 * Fixed starts of credentials that say which service they open, as the services document them. A placeholder keeps its
 * prefix, so that a program which checks the shape of its key still starts, and a reader still sees what belongs there.
 */
const PREFIXES = `
AGE-PLUGIN- AIK_CI_ AIK_SECRET_ AIza AKIA ASIA ATATT3 ATBB BBFF- CCDB1_ CCIPAT_ CCIPRJ_
CFPAT- CLOJARS_ FLWSECK_TEST- GOCSPX- HRKU- LTAI Mid-client- Mid-server- NRAA- NRAK- NRII-
NRIQ- NRJS- NRRA- PMAK- PuTTY-User-Key-File- SG. SWMKEY-1- SWMTKN-1- VF. VF.DM. VF.WS.
access-development- access-production- access-sandbox- aio_ ak_live_ amzn.mws. api_live.
api_live_ca. api_live_us. api_org_ apify_api_ apk_ apk_user_ atkn_ authress_ bkaa_ bkaj_
bkar_ bkct_ bkpat_ bkps_ bkpt_ bkua_ cfat_ cfk_ cfut_ cog_ csa_ csk- da2- dckr_oat_
dckr_pat_ ddapp_ ddo_ ddp_ dnkey- doo_v1_ dop_v1_ dor_v1_ dp.audit. dp.ct. dp.pt. dp.sa.
dp.scim. dp.st. dt0c01. duffel_live_ duffel_test_ dvc_server_ essu_ eyJ
eyJ0eXAiOiAiVENWMiJ9. figd_ figu_ fio-u- fm1a_ fm1r_ fm2_ fo1_ gho_ ghp_ ghr_ ghs_ ghu_
github_pat_ glagent- glc_ glcbt- gldt- glffct- glft- glimt- gloas- glpat- glptt- glrt- glsa_
glsoat- glwt- gsk_ hawk. hf_ hvb. hvr. hvs. ico- ion_ jina_ lin_api_ lin_oauth_ lin_wh_ lip_
lsv2_pt_ lsv2_sk_ mdb_sa_sk_ mercury_production_ mergify_application_key_ mlsn. napi_ nfb_
nfc_ nfo_ nfp_ nfu_ npg_ npm_ ntn_ nvapi- oa2-client-id_ odt_ os_v2_app_ os_v2_org_ p8e-
packagist_ort_ packagist_out_ packagist_uut_ pat-eu1- pat-na1- pat-na2- pcsk_
pdl_live_apikey_ persona_production_ phc_ phs_ phx_ pina_ pnu_ polar_at_ polar_oat_
polar_pat_ pplx- prtapi_ pscale_oauth_ pscale_pw_ pscale_tkn_ pul- px-api- px-dep- r8_
ramp_sec_ rdme_ rk_live_ rk_prod_ rk_test_ rnd_ rootly_ rpa_ rubygems_ rzp_live_ rzp_test_
s-s4t2af- s-s4t2ud- samsara_api_ sb_secret_ sbp_ scauth_ scp-live- scp-test- sgp_
shippo_live_ shippo_test_ shltm_ shpat_ shpca_ shppa_ shpss_ shptka_ sk- sk-admin-
sk-ant-admin01- sk-ant-api03- sk-ant-api04- sk-ant-oat01- sk-ant-ort01- sk-api- sk-lf-
sk-or-v1- sk-proj- sk-svcacct- sk_live_ sk_prod_ sk_test_ sl. slk_ sm_aat_ sm_pat_ sm_sat_
sntrys_ sntryu_ sq0atp- sq0csp- sqa_ sqp_ squ_ tfp_ tgp_v1_ tk-us- tskey-api- tskey-auth-
tskey-client- tskey-scim- tskey-webhook- tss_ tvly- ucat_ unkey_ v1.0- vca_ vci_ vck_ vcp_
vcr_ vercel_blob_rw_ vtwn_ waka_ wandb_v1_ whsec_ xai- xapp- xkeysib- xoxa- xoxb- xoxc-
xoxd- xoxe- xoxe.xoxb- xoxe.xoxp- xoxo- xoxp- xoxr- xoxs- xsmtpsib- ya29. zpka_
hooks.slack.com/services/ hooks.slack.com/workflows/ hooks.slack.com/triggers/
discord.com/api/webhooks/ discordapp.com/api/webhooks/ hooks.zapier.com/hooks/catch/
.webhook.office.com/webhookb2/
`
  .trim()
  .split(/\s+/)
  // Longest first: the most exact one is the one to keep.
  .sort((a, b) => b.length - a.length);

/** A prefix is kept only if at least this many characters follow it: else it would be most of the secret. */
const LEAST_BODY = 8;

/** Length of the known prefix that `value` starts with, 0 if none. */
export function knownPrefixLength(value: string): number {
  for (const prefix of PREFIXES)
    if (value.length >= prefix.length + LEAST_BODY && value.startsWith(prefix))
      return prefix.length;
  return 0;
}
