# A convolution that keeps height and width. On CPUs oneDNN, as of PyTorch 2.7, reads memory that was
# never written, NaN at times, for the gradient of x unless the outputs fill blocks of 16.
def same(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    outputs = weight.size(0)
    border = weight.size(2) // 2
    missing = (16 - outputs % 16) % 16
    if x.is_cuda or border == 0 or missing == 0:
        return torch.conv2d(x, weight, bias, padding=[border, border])
    else:
        filled = torch.constant_pad_nd(weight, [0, 0, 0, 0, 0, 0, 0, missing])
        biases = torch.constant_pad_nd(bias, [0, missing])
        return torch.conv2d(x, filled, biases, padding=[border, border])[:, :outputs]
