/** Names of the scenes' pages without ".html", set by the build. */
declare const DEMO_PAGES: readonly string[];
