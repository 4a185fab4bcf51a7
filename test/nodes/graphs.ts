import { GeometryInputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryInputBlock.js";
import { GeometryOutputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryOutputBlock.js";
import { InstantiateBlock } from "@babylonjs/core/Meshes/Node/Blocks/Instances/instantiateBlock.js";
import { NodeGeometryBlockConnectionPointTypes as Types } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryConnectionPointTypes.js";
import { NodeGeometryContextualSources as Sources } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryContextualSources.js";
import { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import type { ShapeModel } from "../../plugin/index.js";
import { DecodeShapeBlock, LatentSampleBlock } from "../../plugin/nodes/index.js";

export function intInput(value: number, name = "number"): GeometryInputBlock {
    const input = new GeometryInputBlock(name, Types.Int);
    input.value = value;
    return input;
}

export function instanceNumber(): GeometryInputBlock {
    const input = new GeometryInputBlock("instance", Types.Int);
    input.contextualValue = Sources.InstanceID;
    return input;
}

/** A graph whose output is what a port gives. */
export function graphOf(port: NodeGeometryConnectionPoint, name = "graph"): NodeGeometry {
    const graph = new NodeGeometry(name);
    const output = new GeometryOutputBlock("output");
    port.connectTo(output.geometry);
    graph.outputBlock = output;
    return graph;
}

/** A decode block at a low resolution. */
export function decodeOf(port: NodeGeometryConnectionPoint, resolution = 12): DecodeShapeBlock {
    const decode = new DecodeShapeBlock("decode");
    port.connectTo(decode.latent);
    decode.resolution.value = resolution;
    return decode;
}

export function sampleOf(seed: number): LatentSampleBlock {
    const sample = new LatentSampleBlock("sample");
    sample.seed.value = seed;
    return sample;
}

/** So many props, each of a seed of its own. */
export function scatter(count: number, resolution = 12) {
    const sample = sampleOf(0);
    const decode = decodeOf(sample.latent, resolution);
    const instances = new InstantiateBlock("scatter");
    decode.geometry.connectTo(instances.instance);
    instances.count.value = count;
    return { graph: graphOf(instances.output, "scatter"), sample, decode, instances };
}

/** Counts the decodes of a model from now on. */
export function countDecodes(shapes: ShapeModel): { count: number } {
    const counter = { count: 0 };
    shapes.onSurfaceObservable.add(() => {
        counter.count++;
    });
    return counter;
}
