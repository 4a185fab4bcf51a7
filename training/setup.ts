import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { loadBackend, type TensorFlow } from "./backend.js";
import { readOptions, runCommand } from "./options.js";

const HELP = `Installs native TensorFlow for training, under training/native; run again, it does what is missing.

  --cuda       kernels for NVIDIA GPUs too (about 2.5 GB to download rather than 0.2 GB)
  --python P   the Python whose pip downloads TensorFlow (python3)

Needs Linux on x86-64, Python 3 with pip, g++ and make.`;

const BINDING = "@tensorflow/tfjs-node-gpu";
const BINDING_VERSION = "4.22.0";
const TENSORFLOW_VERSION = "2.15.1";
/** A wheel's C libraries are the same for every Python. */
const WHEEL_OF = ["--python-version", "3.11", "--platform", "manylinux2014_x86_64", "--only-binary=:all:"];

const native = join(import.meta.dirname, "native");
const bindingFolder = join(native, "node_modules", BINDING);
const libraries = join(bindingFolder, "deps", "lib");

async function main(): Promise<void> {
    const options = readOptions({ python: "python3" }, ["cuda"]);
    if (options.help) {
        console.log(HELP);
        return;
    }
    if (process.platform !== "linux" || process.arch !== "x64") {
        throw new Error(
            `got ${process.platform} on ${process.arch}; expected Linux on x86-64; train on WASM elsewhere`,
        );
    }
    const wheel = `${options.cuda ? "tensorflow" : "tensorflow-cpu"}==${TENSORFLOW_VERSION}`;
    const marker = join(libraries, `${wheel}.installed`);
    installBinding();
    if (!existsSync(marker)) {
        rmSync(join(bindingFolder, "deps"), { recursive: true, force: true });
        installTensorFlow(options.python, wheel);
        if (options.cuda) installCuda(options.python);
        writeFileSync(marker, "");
    }
    compileBinding();
    const { tf, description } = await loadBackend("tfjs-node-gpu");
    if (options.cuda && !description.includes("CUDA")) {
        say(`no GPU is used: no driver, or LD_LIBRARY_PATH=${libraries} is needed for the CUDA libraries`);
    }
    console.log(`self-test: ${await gemmSpeed(tf)} GFLOP/s in matrix products`);
}

/** The JavaScript side; its own install script would fetch a TensorFlow of 2022 from a server that may be gone. */
function installBinding(): void {
    if (existsSync(bindingFolder)) return;
    say(`${BINDING} ${BINDING_VERSION} from the package registry, without its install script`);
    mkdirSync(native, { recursive: true });
    writeFileSync(join(native, "package.json"), `${JSON.stringify({ name: "deepsdf-native", private: true })}\n`);
    run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", `${BINDING}@${BINDING_VERSION}`], native);
}

/** The C library and its headers, out of TensorFlow's Python package. */
function installTensorFlow(python: string, wheel: string): void {
    const folder = download(python, [wheel]);
    extract(python, folder, "tensorflow/include/", join(bindingFolder, "deps", "include"));
    extract(python, folder, "tensorflow/libtensorflow", libraries, true);
    for (const [link, target] of [
        ["libtensorflow.so", "libtensorflow_cc.so.2"],
        ["libtensorflow.so.2", "libtensorflow_cc.so.2"],
        ["libtensorflow_framework.so", "libtensorflow_framework.so.2"],
    ]) {
        rmSync(join(libraries, link), { force: true });
        symlinkSync(target, join(libraries, link));
    }
}

/** The CUDA libraries that this TensorFlow names, laid beside it, where it looks first. */
function installCuda(python: string): void {
    const folder = join(native, "wheels");
    const script = `
import glob, re, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + "/tensorflow-*.whl")[0])
metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
for line in wheel.read(metadata).decode().splitlines():
    found = re.match(r"Requires-Dist: (nvidia-\\S+) \\(?(==[\\d.]+)\\)? ?; extra == .and-cuda", line)
    if found: print(found[1] + found[2])`;
    const wanted = execFileSync(python, ["-c", script, folder], { encoding: "utf8" }).split("\n").filter(Boolean);
    download(python, wanted);
    extract(python, folder, "nvidia/", libraries, true);
}

/** @returns the folder with the wheels, kept until a wheel of another TensorFlow is asked for */
function download(python: string, requirements: readonly string[]): string {
    const folder = join(native, "wheels");
    say(`${requirements.join(", ")} from the Python package registry`);
    run(python, ["-m", "pip", "download", "--no-deps", ...WHEEL_OF, "--dest", folder, ...requirements]);
    return folder;
}

/** Takes the files under `prefix` out of all wheels; `flat`: shared libraries only, without their folders. */
function extract(python: string, wheels: string, prefix: string, target: string, flat = false): void {
    const script = `
import glob, os, shutil, sys, zipfile
wheels, prefix, target, flat = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4] == "flat"
for path in glob.glob(wheels + "/*.whl"):
    wheel = zipfile.ZipFile(path)
    for name in wheel.namelist():
        if not name.startswith(prefix) or name.endswith("/") or (flat and ".so" not in name): continue
        to = os.path.join(target, os.path.basename(name) if flat else name[len(prefix):])
        os.makedirs(os.path.dirname(to), exist_ok=True)
        with wheel.open(name) as source, open(to, "wb") as sink: shutil.copyfileobj(source, sink)`;
    run(python, ["-c", script, wheels, prefix, target, flat ? "flat" : "tree"]);
}

function compileBinding(): void {
    const built = join(bindingFolder, "lib");
    if (existsSync(built) && readdirSync(built).some((name) => name.startsWith("napi-"))) return;
    say(`compiling ${basename(bindingFolder)} (Node's headers may be downloaded)`);
    run("npx", ["node-pre-gyp", "install", "--build-from-source"], bindingFolder);
}

/** GFLOP/s of matrix products like those of a training step, the best of five. */
async function gemmSpeed(tf: TensorFlow): Promise<string> {
    const [points, width] = [16_384, 256];
    const a = tf.randomNormal<import("@tensorflow/tfjs-core").Rank.R2>([points, width]);
    const b = tf.randomNormal<import("@tensorflow/tfjs-core").Rank.R2>([width, width]);
    let best = 0;
    for (let round = 0; round < 5; round++) {
        const started = performance.now();
        const product = tf.matMul(a, b);
        await product.data();
        best = Math.max(best, (2 * points * width * width) / (performance.now() - started) / 1e6);
        product.dispose();
    }
    tf.dispose([a, b]);
    return best.toFixed(0);
}

function say(what: string): void {
    console.log(`train:setup: ${what}`);
}

function run(command: string, args: readonly string[], cwd?: string): void {
    execFileSync(command, args, { cwd, stdio: "inherit" });
}

runCommand("train:setup", main);
