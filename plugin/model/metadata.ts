import { decodeFloats, encodedLength, encodeFloats, type FloatPrecision } from "./base64.js";
import { MAX_LATENT_SIZE } from "./checkPerceptron.js";
import type { Bounds, CategoryExemplars, DecoderMetadata, LatentAxis, PriorComponent } from "./decoder.js";
import { problem, quote } from "./problem.js";

/** Of a category: searches look at each of them. */
const MAX_EXEMPLARS = 512;

/**
 * Metadata as the JSON text that rides in a decoder file; float arrays as base64 of little-endian float32, or of
 * halves; how long a text is tells which.
 *
 * @throws if a field is out of its range, so that no file is written that cannot be read
 *
 * With float32 `decodeMetadata(encodeMetadata(m), m.latentSize, name)` equals `m`, bit for bit, if `provenance` and
 * `evaluation` hold JSON values only.
 */
export function encodeMetadata(metadata: DecoderMetadata, precision: FloatPrecision = "float32"): string {
    const floats = (values: Float32Array) => encodeFloats(values, precision);
    const text = JSON.stringify({
        version: metadata.version,
        latentSize: metadata.latentSize,
        bounds: { min: metadata.bounds.min, max: metadata.bounds.max },
        clampDistance: metadata.clampDistance,
        upAxis: metadata.upAxis,
        categories: metadata.categories,
        prior: metadata.prior.map((component) => ({
            category: component.category,
            weight: component.weight,
            mean: floats(component.mean),
            factors: floats(component.factors),
            factorCount: component.factorCount,
            deviations: floats(component.deviations),
            spread: component.spread,
        })),
        axes: metadata.axes.map((axis) => ({
            name: axis.name,
            category: axis.category,
            direction: floats(axis.direction),
            deviation: axis.deviation,
            range: axis.range,
        })),
        exemplars: metadata.exemplars?.map(({ category, count, codes }) => ({ category, count, codes: floats(codes) })),
        provenance: metadata.provenance,
        evaluation: metadata.evaluation,
    });
    parseMetadata(text, metadata.latentSize, "encodeMetadata", "the metadata");
    return text;
}

/**
 * Metadata from the JSON text of a decoder file.
 *
 * @param latentSize the graph's latent size, or null if only the metadata knows it
 * @param name the file's name, for messages
 * @throws if the text is not JSON, has another version, or any field is missing, of another length or out of range
 */
export function decodeMetadata(text: string, latentSize: number | null, name: string): DecoderMetadata {
    return parseMetadata(text, latentSize, "readDecoder", `the metadata of ${name}`);
}

function parseMetadata(text: string, latentSize: number | null, operation: string, whose: string): DecoderMetadata {
    let json: unknown;
    try {
        json = JSON.parse(text);
    } catch (error) {
        throw problem(
            operation,
            `${whose} is no JSON (${(error as Error).message})`,
            'expected the text that encodeMetadata writes under "deepsdf"',
            "write the file again with writeDecoder",
        );
    }
    const root = new Field(json, "", operation, whose);
    const version = root.get("version");
    if (version.value !== 1)
        throw version.wrong("version 1", "use a release of babylon-deepsdf that reads this version");
    const size = root.get("latentSize").integer(1, MAX_LATENT_SIZE);
    if (latentSize !== null && size !== latentSize)
        throw root.get("latentSize").wrong(`the graph's ${latentSize}`, "write the file again with its own metadata");

    const categories = root
        .get("categories")
        .list()
        .map((entry) => entry.text());
    if (new Set(categories).size !== categories.length)
        throw root.get("categories").wrong("no name twice", "rename one of them");

    const prior = root
        .get("prior")
        .list()
        .map((entry) => readComponent(entry, size, categories));
    const total = prior.reduce((sum, component) => sum + component.weight, 0);
    if (prior.length > 0 && Math.abs(total - 1) > 1e-3)
        throw root.get("prior").wrong(`weights that sum to 1, not ${total}`, "divide each weight by the sum");

    const bounds = root.get("bounds");
    const exemplars = root.get("exemplars");
    const upAxis = root.get("upAxis");
    if (upAxis.value !== "x" && upAxis.value !== "y" && upAxis.value !== "z")
        throw upAxis.wrong('"x", "y" or "z"', "write the file again with writeDecoder");
    return {
        version: 1,
        latentSize: size,
        bounds: readBounds(bounds),
        clampDistance: root.get("clampDistance").number(Number.MIN_VALUE, Number.MAX_VALUE),
        upAxis: upAxis.value,
        categories,
        prior,
        axes: root
            .get("axes")
            .list()
            .map((entry) => readAxis(entry, size, categories)),
        ...(exemplars.value === undefined ? {} : { exemplars: readExemplars(exemplars, size, categories) }),
        provenance: root.get("provenance").record(),
        evaluation: root.get("evaluation").record(),
    };
}

function readBounds(field: Field): Bounds {
    const min = readVector(field.get("min"));
    const max = readVector(field.get("max"));
    if (min.some((low, i) => low >= max[i])) throw field.wrong("min below max on each axis", "swap them");
    return { min, max };
}

function readVector(field: Field): [number, number, number] {
    const items = field.list();
    if (items.length !== 3) throw field.wrong("3 numbers", "give x, y and z");
    const [x, y, z] = items.map((item) => item.number(-Number.MAX_VALUE, Number.MAX_VALUE));
    return [x, y, z];
}

function readComponent(field: Field, latentSize: number, categories: readonly string[]): PriorComponent {
    const category = field.get("category").text();
    if (!categories.includes(category))
        throw field.get("category").wrong(`one of the categories ${categories.join(", ")}`, "add it to categories");
    const factorCount = field.get("factorCount").integer(0, latentSize);
    const deviations = field.get("deviations").floats(latentSize);
    if (deviations.some((deviation) => deviation < 0))
        throw field.get("deviations").wrong("no negative deviation", "write their absolute values");
    const spread = field.get("spread");
    return {
        category,
        weight: field.get("weight").number(0, 1.001),
        mean: field.get("mean").floats(latentSize),
        factors: field.get("factors").floats(factorCount * latentSize),
        factorCount,
        deviations,
        ...(spread.value === undefined ? {} : { spread: spread.number(1e-3, 1) }),
    };
}

function readExemplars(field: Field, latentSize: number, categories: readonly string[]): CategoryExemplars[] {
    return field.list().map((entry) => {
        const category = entry.get("category").text();
        if (!categories.includes(category))
            throw entry.get("category").wrong(`one of the categories ${categories.join(", ")}`, "add it to categories");
        const count = entry.get("count").integer(1, MAX_EXEMPLARS);
        return { category, count, codes: entry.get("codes").floats(count * latentSize) };
    });
}

function readAxis(field: Field, latentSize: number, categories: readonly string[]): LatentAxis {
    const category = field.get("category").value === null ? null : field.get("category").text();
    if (category !== null && !categories.includes(category))
        throw field.get("category").wrong(`null or one of ${categories.join(", ")}`, "add it to categories");
    const direction = field.get("direction").floats(latentSize);
    const length = Math.hypot(...direction);
    if (Math.abs(length - 1) > 1e-3)
        throw field.get("direction").wrong(`unit length, not ${length}`, "divide it by its length");
    const range = field.get("range").list();
    if (range.length !== 2) throw field.get("range").wrong("2 numbers", "give the least and the greatest amount");
    const [low, high] = range.map((item) => item.number(-Number.MAX_VALUE, Number.MAX_VALUE));
    if (low > high) throw field.get("range").wrong("the lesser amount first", "swap them");
    return {
        name: field.get("name").text(),
        category,
        direction,
        deviation: field.get("deviation").number(0, Number.MAX_VALUE),
        range: [low, high],
    };
}

/** A place in the JSON that knows its path, so that each check names it. */
class Field {
    constructor(
        readonly value: unknown,
        readonly path: string,
        private readonly operation: string,
        private readonly whose: string,
    ) {}

    wrong(expected: string, advice: string): Error {
        const shown = this.value === undefined ? "nothing" : quote(JSON.stringify(this.value));
        return problem(
            this.operation,
            `${this.whose} has ${shown} at ${this.path || "the root"}`,
            `expected ${expected}`,
            advice,
        );
    }

    /** The own property `key`: nothing is ever looked up on a prototype. */
    get(key: string): Field {
        const record = this.record();
        const value = Object.hasOwn(record, key) ? record[key] : undefined;
        return new Field(value, this.path ? `${this.path}.${key}` : key, this.operation, this.whose);
    }

    record(): Record<string, unknown> {
        if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value))
            throw this.wrong("an object", "write the file again with writeDecoder");
        return this.value as Record<string, unknown>;
    }

    list(): Field[] {
        if (!Array.isArray(this.value)) throw this.wrong("a list", "write the file again with writeDecoder");
        return this.value.map((item, i) => new Field(item, `${this.path}[${i}]`, this.operation, this.whose));
    }

    text(): string {
        if (typeof this.value !== "string" || this.value === "")
            throw this.wrong("a non-empty string", "write the file again with writeDecoder");
        return this.value;
    }

    number(least: number, greatest: number): number {
        const value = this.value;
        if (typeof value !== "number" || !(value >= least && value <= greatest))
            throw this.wrong(
                `a finite number${least > -Number.MAX_VALUE ? ` from ${least} to ${greatest}` : ""}`,
                "write the file again with writeDecoder",
            );
        return value;
    }

    integer(least: number, greatest: number): number {
        const value = this.number(least, greatest);
        if (!Number.isInteger(value)) throw this.wrong("a whole number", "write the file again with writeDecoder");
        return value;
    }

    /** Base64 of `count` finite floats; the length is checked before anything is decoded. */
    floats(count: number): Float32Array {
        const rewrite = "write the file again with writeDecoder";
        const expected = `base64 of ${count} finite floats`;
        const text = typeof this.value === "string" ? this.value : "";
        const precision = (["float32", "float16"] as const).find(
            (known) => text.length === encodedLength(count, known),
        );
        if (!precision) throw this.wrong(expected, rewrite);
        const values = decodeFloats(text, precision);
        if (values?.length !== count || !values.every(Number.isFinite)) throw this.wrong(expected, rewrite);
        return values;
    }
}
