// Numbers of the tiled kernel's hidden layers in half precision: weights and activations take half the room, and products
// of four run at twice the rate where the adapter has it. Before all else, as `enable` must be.

enable f16;

alias Quad = vec4<f16>;
alias Block = mat4x4<f16>;

