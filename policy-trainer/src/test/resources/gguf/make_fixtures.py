"""Writes the files of this folder beside itself; the numbers in them come from other people's code.

    pip install gguf==0.19.0 sentencepiece safetensors numpy
    python make_fixtures.py

blocks.gguf           for each format a tensor of random blocks (NAME.blocks) and its values by the
                      package gguf (NAME.expected)
llama_gqa_tied.gguf   ../hf/models/llama_gqa_tied with names, dimensions and row order as llama.cpp's
                      converter writes them
spm.gguf, spm.json    a vocabulary by SentencePiece, and its own ids of some texts
"""

import io
import json
import pathlib

import numpy as np
import sentencepiece
from gguf import GGMLQuantizationType as T
from gguf import GGUFWriter
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize
from safetensors.numpy import load_file

HERE = pathlib.Path(__file__).parent
VALUES = 1024

# Where a block has float16 numbers: scales, and minima.
HALVES = {
    T.Q4_0: [0],
    T.Q4_1: [0, 2],
    T.Q5_0: [0],
    T.Q5_1: [0, 2],
    T.Q8_0: [0],
    T.Q4_K: [0, 2],
    T.Q5_K: [0, 2],
    T.Q6_K: [208],
}


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def blocks():
    random = np.random.default_rng(20261201)
    writer = GGUFWriter(HERE / "blocks.gguf", "none")
    for kind in [T.F32, T.F16, T.BF16, *HALVES]:
        values, size = GGML_QUANT_SIZES[kind]
        if kind == T.F32:
            data = random.normal(size=VALUES).astype(np.float32)
            expected = data
            data = data.reshape(1, -1)
        elif kind == T.F16:
            expected = np.concatenate(
                [random.normal(size=VALUES - 4), [2.0**-24, -(2.0**-15), 65504, -0.0]]
            ).astype(np.float16)
            data = expected.reshape(1, -1)
        elif kind == T.BF16:
            data = random.integers(0, 0x7F00, size=VALUES).astype(np.uint16)
            expected = dequantize(data.view(np.uint8).reshape(1, -1), kind)
            data = data.view(np.uint8).reshape(1, -1)
        else:
            data = random.integers(0, 256, size=(VALUES // values, size)).astype(np.uint8)
            for at in HALVES[kind]:
                scale = (0.01 + random.random(VALUES // values)).astype(np.float16)
                scale[::3] *= -1
                data[:, at : at + 2] = scale.view(np.uint8).reshape(-1, 2)
            data = data.reshape(1, -1)
            expected = dequantize(data, kind)
        name = kind.name.lower()
        if kind in (T.F32, T.F16):
            writer.add_tensor(name + ".blocks", data)
        else:
            writer.add_tensor(name + ".blocks", data, raw_dtype=kind)
        writer.add_tensor(name + ".expected", np.asarray(expected, np.float32).reshape(1, -1))
    finish(writer)


def byte_characters():
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in kept]
    return [chr(b) if b in kept else chr(256 + others.index(b)) for b in range(256)]


def llama():
    folder = HERE.parent / "hf/models/llama_gqa_tied"
    config = json.loads((folder / "config.json").read_text())
    writer = GGUFWriter(HERE / "llama_gqa_tied.gguf", "llama")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*byte_characters()[:255], "th"])
    writer.add_token_types([1] * 256)
    writer.add_token_merges(["t h"])
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    names = {
        "model.embed_tokens": "token_embd",
        "model.norm": "output_norm",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
    }
    for name, values in load_file(folder / "model.safetensors").items():
        stem = name.removesuffix(".weight")
        if stem in names:
            target = names[stem]
        else:
            _, _, layer, rest = stem.split(".", 3)
            target = f"blk.{layer}.{names[rest]}"
            heads = {
                "self_attn.q_proj": config["num_attention_heads"],
                "self_attn.k_proj": config["num_key_value_heads"],
            }.get(rest)
            if heads:
                rows = values.reshape(heads, 2, config["head_dim"] // 2, -1)
                values = rows.swapaxes(1, 2).reshape(values.shape)
        writer.add_tensor(target + ".weight", np.ascontiguousarray(values))
    finish(writer)


TEXTS = [
    "",
    " ",
    "Hello, world!",
    "  two spaces, tabs\tand\nnew lines ",
    "Tea is made of leaves, and coffee of beans.",
    "Ünïcödé — 東京 🙂 12345",
    "def f(x):\n    return x**2",
    "a\u2581b <0x41>",  # of special tokens transformers has another opinion than SentencePiece
]


def spm():
    model = io.BytesIO()
    corpus = (HERE.parent / "hf/README.md").read_text().split("\n") + [
        "Hello, world! Tea is made of leaves, and coffee of beans; the leaves are two, the beans three.",
        "def f(x): return x times two; the spaces and tabs are new lines of the world.",
    ]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus * 3),
        model_writer=model,
        model_type="bpe",
        vocab_size=420,
        byte_fallback=True,
        split_digits=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        allow_whitespace_only_pieces=True,
        character_coverage=0.98,
        minloglevel=2,
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = range(processor.vocab_size())
    kinds = [
        2
        if processor.is_unknown(i)
        else 3 if processor.is_control(i) else 6 if processor.is_byte(i) else 1
        for i in ids
    ]
    writer = GGUFWriter(HERE / "spm.gguf", "llama")
    writer.add_tokenizer_model("llama")
    writer.add_token_list([processor.id_to_piece(i) for i in ids])
    writer.add_token_scores([processor.get_score(i) for i in ids])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(processor.bos_id())
    writer.add_eos_token_id(processor.eos_id())
    writer.add_unk_token_id(processor.unk_id())
    finish(writer)
    rows = [
        {"text": text, "ids": processor.encode(text), "decoded": processor.decode(processor.encode(text))}
        for text in TEXTS
    ]
    (HERE / "spm.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    blocks()
    llama()
    spm()
