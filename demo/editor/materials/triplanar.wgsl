// The mean of a texture's three projections, each weighted by how squarely the surface faces it.
var triplanarSamplerSampler: sampler;
var triplanarSampler: texture_2d<f32>;

fn triplanarColor(position: vec3f, normal: vec3f) -> vec3f {
    let sharp = pow(abs(normal), vec3f(4.0));
    let weights = sharp / (sharp.x + sharp.y + sharp.z);
    let alongX = textureSample(triplanarSampler, triplanarSamplerSampler, position.zy).rgb;
    let alongY = textureSample(triplanarSampler, triplanarSamplerSampler, position.xz).rgb;
    let alongZ = textureSample(triplanarSampler, triplanarSamplerSampler, position.xy).rgb;
    return weights.x * alongX + weights.y * alongY + weights.z * alongZ;
}
