/** Weights that other libraries have trained, from files of PyTorch and safetensors. */
package org.djlflows.interchange;
