# Makes the files beside this script: python3 make.py, with PyTorch 2.13.
import os
import torch
from collections import OrderedDict
from safetensors.torch import save_file

w = torch.arange(6.0).reshape(2, 3)

model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
with torch.no_grad():
    for i, p in enumerate(model.parameters()):
        p.copy_(torch.arange(p.numel()).reshape(p.shape) + 10.0 * i)
torch.save(model.state_dict(), "module.pth")
torch.save(model.state_dict(), "protocol4.pth", pickle_protocol=4)
torch.save({"model": model.state_dict(), "epoch": 3, "loss": 0.5, "big": 2**40, "name": None,
            "list": [1, True], "optimizer": {"state": {0: {"step": torch.tensor(7.0)}}}}, "nested.pth")
torch.save({"w": torch.nn.Parameter(w)}, "parameter.pth")
shared = torch.arange(24.0).reshape(2, 3, 4)
torch.save({"all": shared, "transposed": shared.permute(2, 0, 1), "part": shared[1, 1:, ::2],
            "column": shared[:, 0, 3], "scalar": shared[1, 2, 3], "empty": shared[:, :0]}, "views.pth")
values = torch.tensor([0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, float("inf"), float("nan")])
torch.save({"half": values.half(), "bfloat16": values.bfloat16(), "double": values.double() / 3,
            "long": torch.tensor([2**62 + 1, -1]), "int": torch.tensor([-3, 5], dtype=torch.int32),
            "short": torch.tensor([-300, 5], dtype=torch.int16), "char": torch.tensor([-3], dtype=torch.int8),
            "byte": torch.tensor([200], dtype=torch.uint8), "bool": torch.tensor([True, False])}, "types.pth")
save_file({"half": values.half(), "bfloat16": values.bfloat16(), "long": torch.tensor([2**62 + 1, -1]), "w": w},
          "types.safetensors")
ema = [w, w + 1]
checkpoint = {"model": {"w": w}, "best": {"w": w}, "shadow_params": ema, "again": ema, "pair": (w, {"deep": [w[0]]}),
              "seed": 2**70, "prime": 2**3000 + 1, "least": -2**63, "bytes": b"ab", "none": b"", "array": bytearray(b"a"),
              "set": {1, 2}, "frozen": frozenset({1}), None: 1, (0, 1): [2], True: 3, 0.5: None}
torch.save(checkpoint, "checkpoint.pth")
torch.save(checkpoint, "checkpoint4.pth", pickle_protocol=4)
torch.save({"w": torch._neg_view(w)}, "negative.pth")
torch.save({(0, 1): w}, "tuple.pth")
torch.save({"w": torch.zeros(1).expand(1 << 20)}, "expanded.pth")
torch.save({"w": w}, "legacy.pth", _use_new_zipfile_serialization=False)
torch.save(model, "whole.pth")


class Malicious:
    def __reduce__(self):
        return os.system, ("touch malicious-was-run",)


torch.save(OrderedDict(w=w, more=Malicious()), "malicious.pth")
