/** Troubleshooting paragraphs of the codes that components and the program raise while planning and deploying. */
export const deployCodes = {
  HF4001: {
    title: "A policy is larger than AWS accepts",
    meaning:
      "The bucket, key or role policy that follows from the config exceeds the size limit of its service. It is computed before the first resource is made, so nothing was changed.",
    fix: "The policies grow with the number of principals under `holdfast:access` and `holdfast:sources`. Name roles that people assume instead of each person.",
  },
  HF4002: {
    title: "A function does not build",
    meaning:
      "The bundler could not make the single module that is deployed from the sources of a function. The message carries its own report with file and line.",
    fix: "Repair the source that the report names. When a package is missing, run `npm ci`.",
  },
  HF4003: {
    title: "A function bundle exceeds its budget",
    meaning:
      "A bundled function is larger than 600,000 bytes. Size is paid at every cold start, and a sudden growth almost always is one import too many.",
    fix: "Look for a new import in the function or in what it imports, above all whole SDK packages and the full build of a library that has a small one.",
  },
  HF4004: {
    title: "Whoever runs the update is not among the deployers",
    meaning:
      "`holdfast:access.deployers` is set and the role behind the current credentials is not in it. Bucket and key policies deny configuration changes to everyone but deployers and break-glass roles, so the update would shut itself out half-way.",
    fix: "Run the update under one of the listed roles, or add the role that the message names. A preview only warns, because it changes nothing.",
  },
  HF4005: {
    title: "A physical name does not fit",
    meaning: "The fixed part of a resource name leaves no room for project and stack within the limit of its service.",
    fix: "This depends on nothing that config can set. Report it with the text of the message.",
  },
  HF4006: {
    title: "The chosen cloud is not available in this version",
    meaning: "`holdfast:cloud` names a cloud that this version of the program has no stack for.",
    fix: "Set `holdfast:cloud` to `aws`.",
  },
  HF4007: {
    title: "A bucket would have too many lifecycle rules",
    meaning: "S3 accepts 1,000 lifecycle rules per bucket. Every retention class needs up to three.",
    fix: "Merge retention classes that have the same ages; what a recording is about can stay in its other tags.",
  },
} as const;
