// Numbers of the tiled kernel's hidden layers in single precision. Prepended to tiledPerceptron.wgsl.

alias Quad = vec4<f32>;
alias Block = mat4x4<f32>;

