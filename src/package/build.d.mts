/** Builds the whole package into `lib/`. */
export function buildPackage(): Promise<void>;

/** Builds what an app imports, without its types, into a folder that is emptied first. */
export function buildScripts(outDir: string): Promise<void>;
