/**
 * Finds a Chromium for the browser tests, or installs one.
 *
 * Order: the environment variable, the system's Chromium or Chrome, Playwright's own, a download by Playwright,
 * Debian's package when run as root. `node test/browser.mjs` prints the path and exits with 0, or says in one line
 * what to do and exits with 1.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { platform } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright";

const VARIABLE = "BROWSER_EXECUTABLE";
const DOWNLOAD_LIMIT_MILLISECONDS = 5 * 60_000;

const SYSTEM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const SYSTEM_PATHS = {
    darwin: [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
    win32: [
        "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
        "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
    ],
};

/** Flags that keep Chromium from what no test asked for. */
export const QUIET_FLAGS = [
    "--disable-gpu-watchdog",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
];

/** Flags that give headless Chromium a WebGPU adapter, and a canvas to present on, with no GPU at all. */
export const SOFTWARE_WEBGPU_FLAGS = [
    "--no-sandbox",
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-features=Vulkan",
    "--use-vulkan=swiftshader",
    "--disable-vulkan-surface",
    ...QUIET_FLAGS,
];

/** Path of an installed browser, or null. */
export function findBrowser() {
    const named = process.env[VARIABLE];
    if (named) {
        if (!existsSync(named)) {
            throw new Error(`${VARIABLE}: there is no file ${named}; set it to a Chromium or Chrome executable`);
        }
        return named;
    }
    const inPath = (process.env.PATH ?? "")
        .split(delimiter)
        .flatMap((folder) => SYSTEM_NAMES.map((name) => join(folder, name)));
    const candidates = [...inPath, ...(SYSTEM_PATHS[platform()] ?? []), chromium.executablePath()];
    return candidates.find((path) => path && existsSync(path)) ?? null;
}

/** Path of a browser, installed now if there is none. */
export function ensureBrowser() {
    const found = findBrowser();
    if (found) {
        return found;
    }
    console.log("No Chromium or Chrome found; downloading Playwright's (about 170 MB)…");
    const options = { stdio: "inherit", timeout: DOWNLOAD_LIMIT_MILLISECONDS };
    const command = platform() === "win32" ? "npx.cmd" : "npx";
    const asRoot = process.getuid?.() === 0;
    const withSystemLibraries = asRoot && platform() === "linux" ? ["--with-deps"] : [];
    spawnSync(command, ["playwright", "install", "--no-shell", ...withSystemLibraries, "chromium"], options);
    if (!findBrowser() && asRoot && existsSync("/usr/bin/apt-get")) {
        console.log("Download failed; installing Debian's chromium…");
        spawnSync("apt-get", ["update", "-qq"], options);
        const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
        spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], { ...options, env });
    }
    const installed = findBrowser();
    if (!installed) {
        throw new Error(
            `No browser: none was found and none could be installed; install Chromium or Chrome, or set ${VARIABLE} to one`,
        );
    }
    return installed;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
    try {
        console.log(ensureBrowser());
    } catch (error) {
        console.error(error.message);
        process.exit(1);
    }
}
