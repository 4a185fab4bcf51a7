/** Everything, registered with Babylon.js. */
export * from "./pure.js";
