/** Tensors in files, as safetensors or as {@code torch.save} has them, without an engine. */
package org.djlflows.tensors;
