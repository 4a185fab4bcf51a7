import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";

const folder = join(import.meta.dirname, "../../plugin/docs/clusters");
const text = (name: string) => readFileSync(join(folder, name), "utf8");
const all = readdirSync(folder);

/** The fields of batch/v1 Job that the manifests use, with their types; anything else is a mistake. */
const JOB = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/ },
    spec: {
        completionMode: "Indexed",
        completions: 1,
        parallelism: 1,
        backoffLimitPerIndex: 1,
        template: {
            spec: {
                restartPolicy: /^(Never|OnFailure)$/,
                containers: [
                    {
                        name: /^[a-z0-9-]+$/,
                        image: /^[\w./-]+:[\w.-]+$/,
                        workingDir: /^\//,
                        command: [/./],
                        args: [/./],
                        resources: {
                            requests: { cpu: /^\d+m?$/, memory: /^\d+[KMG]i$/ },
                            limits: { cpu: /^\d+m?$/, memory: /^\d+[KMG]i$/ },
                        },
                        volumeMounts: [{ name: /./, mountPath: /^\// }],
                    },
                ],
                volumes: [{ name: /./, persistentVolumeClaim: { claimName: /./ } }],
            },
        },
    },
};

/** Where a value is not as the schema says; an empty list is a sound one. */
function faults(value: unknown, schema: unknown, path = ""): string[] {
    if (schema instanceof RegExp) return typeof value === "string" && schema.test(value) ? [] : [`${path}: ${value}`];
    if (typeof schema === "number") return Number.isInteger(value) && Number(value) > 0 ? [] : [`${path}: ${value}`];
    if (typeof schema === "string") return value === schema ? [] : [`${path}: ${value}`];
    if (Array.isArray(schema)) {
        if (!Array.isArray(value) || value.length === 0) return [`${path} is no list`];
        return value.flatMap((item, i) => faults(item, schema[0], `${path}[${i}]`));
    }
    if (typeof value !== "object" || value === null) return [`${path} is no object`];
    const given = value as Record<string, unknown>;
    const wanted = schema as Record<string, unknown>;
    return [
        ...Object.keys(given)
            .filter((key) => !Object.hasOwn(wanted, key))
            .map((key) => `${path}.${key} is unknown`),
        ...Object.keys(wanted).flatMap((key) => faults(given[key], wanted[key], `${path}.${key}`)),
    ];
}

it.each(all.filter((name) => name.endsWith(".yaml")))(
    "%s is an indexed job whose parts cover the work once",
    (name) => {
        const job = parse(text(name));
        expect(faults(job, JOB)).toEqual([]);
        const { completions, template } = job.spec;
        const [{ args, volumeMounts }] = template.spec.containers;
        // Indices count from 0, shards from 1.
        expect(args[0]).toContain(`--shard $((JOB_COMPLETION_INDEX + 1))/${completions}`);
        const volumes = template.spec.volumes.map((volume: { name: string }) => volume.name);
        for (const mount of volumeMounts) expect(volumes).toContain(mount.name);
    },
);

it("tells a manifest that is wrong", () => {
    const job = parse(text("bake.kubernetes.yaml"));
    expect(faults({ ...job, kind: "Jobs" }, JOB)).toEqual([".kind: Jobs"]);
    job.spec.completion = 3;
    expect(faults(job, JOB)).toEqual([".spec.completion is unknown"]);
});

it.each(all.filter((name) => name.endsWith(".sh")))("%s is an array whose tasks cover the work once", (name) => {
    const script = text(name);
    expect(script).toMatch(/^#!\/bin\/bash\n/);
    const [, first, last] = /^#SBATCH --array=(\d+)-(\d+)$/m.exec(script)!;
    expect(first).toBe("1");
    expect(script).toContain(`--shard "$SLURM_ARRAY_TASK_ID/${last}"`);
    // Directives count only before the first command.
    expect(script.slice(script.search(/^set -eu$/m))).not.toContain("#SBATCH");
});
