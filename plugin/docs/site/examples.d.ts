declare module "virtual:examples" {
    import type { Scene } from "@babylonjs/core/scene.js";

    /** The guide's examples by their code without spaces and line ends, each loaded when it is run; it makes what it says in the scene. */
    const examples: Readonly<Record<string, () => Promise<{ default: (scene: Scene) => Promise<void> }>>>;
    export default examples;
}
