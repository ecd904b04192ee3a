"""Serves the guard's models by the Open Inference Protocol: an `mlserver` runtime over ONNX Runtime."""

import onnxruntime as ort
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Onnx(MLModel):
    async def load(self) -> bool:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        path = self.settings.parameters.uri
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        inputs = {tensor.name: NumpyCodec.decode_input(tensor) for tensor in payload.inputs}
        names = [output.name for output in payload.outputs or self.session.get_outputs()]
        answers = self.session.run(names, inputs)
        outputs = [NumpyCodec.encode_output(name, answer) for name, answer in zip(names, answers)]
        return InferenceResponse(model_name=self.name, outputs=outputs)
