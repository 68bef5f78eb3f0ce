"""Records how transformers reads tokenizer folders of many layouts, into hf/layouts/expected.json.

Usage: python record_layouts.py [FILE, in place of that one]
Needs: transformers and jinja2, no PyTorch. The grid is layouts x chat templates x end tokens; each entry
holds the files of a folder (texts are copies of a tokenizer beside this record, changed as "edit" says) and
what transformers reads there: ids of roles, vocabulary, encodings, chats, and what ends a completion.
"""

import copy
import json
import pathlib
import sys
import tempfile

import transformers
from transformers import AutoConfig, AutoTokenizer, GenerationConfig

FOLDER = pathlib.Path(__file__).parent.parent / "resources/hf/layouts"
ROLES = ["bos_token", "eos_token", "pad_token", "unk_token"]
START, END, TEXT_END = "<|im_start|>", "<|im_end|>", "<|endoftext|>"

TEMPLATES = {
    "turns": "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
    "roles": "{{ bos_token }}{% for m in messages %}[{{ m.role|title }}] {{ m.content|trim }}{{ eos_token }}"
    "{% endfor %}{% if add_generation_prompt %}[Assistant]{{ image_token is defined }}{% endif %}",
    "think": "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content.split('</think>')[-1] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}",
}
CHATS = [
    [{"role": "user", "content": "Hello world"}],
    [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What's  up?\n"},
        {"role": "assistant", "content": "<b>fine</b> "},
        {"role": "user", "content": "it's foo_bar"},
    ],
]
TEXTS = [
    "Hello world",
    "<|im_start|>user\nhi <|im_end|>\n",
    " <think>a</think> <|im_end|> <extra> <img>b",
    "</s><s> x [PAD]",
]


def token(content, special=True, **flags):
    full = {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False}
    return {**full, "special": special, **flags}


def layouts():
    """Name to (tokenizer, edit of it, files beside it without template)."""
    keep_end = {"eos_token": TEXT_END}
    bare = {"keep": [TEXT_END]}
    decoder = {"369": token(START), "370": token(END)}
    yield "all_in_the_file", "bytes", {}, {"config": {"eos_token": END, "pad_token": TEXT_END}}
    yield "decoder", "bytes", bare, {"config": {**keep_end, "added_tokens_decoder": decoder}}
    yield "decoder_of_all", "bytes", {}, {
        "config": {"eos_token": END, "added_tokens_decoder": {"0": token(TEXT_END), "1": token(START), "2": token(END)}}
    }
    yield "decoder_with_other_flags", "bytes", {}, {
        "config": {
            "eos_token": END,
            "added_tokens_decoder": {"1": token(START, special=False), "2": token(END, lstrip=True, rstrip=True)},
        }
    }
    yield "decoder_not_special", "bytes", bare, {
        "config": {
            **keep_end,
            "added_tokens_decoder": {
                **decoder,
                "371": token("<think>", special=False),
                "372": token("</think>", special=False),
            },
        }
    }
    yield "decoder_beside_older_files", "bytes", bare, {
        "config": {**keep_end, "added_tokens_decoder": decoder},
        "map": {"eos_token": END, "unk_token": "<unknown>"},
        "added": {"<ignored>": 371},
    }
    yield "added_json", "bytes", bare, {"config": keep_end, "added": {START: 369, END: 370}}
    yield "added_json_of_roles", "bytes", bare, {
        "config": {"eos_token": END, "pad_token": TEXT_END, "additional_special_tokens": [START]},
        "added": {START: 369, END: 370, "<think>": 371, "</think>": 372},
    }
    yield "map_before_settings", "bytes", {}, {
        "config": {"eos_token": TEXT_END, "pad_token": END},
        "map": {"eos_token": token(END), "pad_token": TEXT_END, "bos_token": START},
    }
    yield "map_alone", "bytes", bare, {
        "map": {"eos_token": token(END), "additional_special_tokens": [START, END]},
    }
    yield "extra_list", "bytes", bare, {"config": {**keep_end, "extra_special_tokens": [START, END, "<extra>"]}}
    yield "additional_list", "bytes", bare, {"config": {**keep_end, "additional_special_tokens": [START, END]}}
    yield "extra_map", "bytes", bare, {
        "config": {**keep_end, "extra_special_tokens": {"image_token": "<img>", "start_token": START, "stop": END}}
    }
    yield "named", "bytes", bare, {
        "config": {**keep_end, "image_token": "<img>", "turn_start_token": START, "turn_end_token": END}
    }
    yield "roles_unknown_to_the_file", "bytes", {}, {
        "config": {"eos_token": END, "pad_token": "[PAD]", "bos_token": "<s>", "mask_token": "<extra>"}
    }
    yield "roles_in_the_vocabulary_only", "bytes", {"move": [START, END]}, {
        "config": {"eos_token": END, "bos_token": START}
    }
    yield "no_list_in_the_file", "bytes", {"drop": True}, {
        "config": {**keep_end, "added_tokens_decoder": {"371": token("<think>", special=False)}}
    }
    yield "unigram", "unigram", {}, {"config": {"eos_token": "</s>", "unk_token": "<unk>"}}
    yield "unigram_extra", "unigram", {}, {
        "config": {"eos_token": "</s>", "unk_token": "<unk>", "bos_token": "<s>", "extra_special_tokens": [START, END]}
    }
    yield "unigram_decoder", "unigram", {}, {
        "config": {"eos_token": END, "added_tokens_decoder": {"58": token(START), "59": token(END)}}
    }


ENDS = {
    "tokenizer": {},
    "generation": {"generation": {"eos_token_id": 1, "pad_token_id": 0}},
    "generation_list": {"generation": {"eos_token_id": [1, 2, 1]}},
    "model": {"model": {"eos_token_id": 1}},
    "model_list": {"model": {"eos_token_id": [0, 2]}},
    "both": {"generation": {"eos_token_id": 0}, "model": {"eos_token_id": 1}},
}


def edited(tokenizer, edit):
    tokenizer = copy.deepcopy(tokenizer)
    vocabulary = tokenizer["model"]["vocab"]
    if "keep" in edit:
        tokenizer["added_tokens"] = [t for t in tokenizer["added_tokens"] if t["content"] in edit["keep"]]
        for content in (START, END):
            vocabulary.pop(content, None)
        ordered = sorted(vocabulary, key=vocabulary.get)
        tokenizer["model"]["vocab"] = {piece: i for i, piece in enumerate(ordered)}
    if "move" in edit:
        tokenizer["added_tokens"] = [t for t in tokenizer["added_tokens"] if t["content"] not in edit["move"]]
    if edit.get("drop"):
        del tokenizer["added_tokens"]
    return tokenizer


NAMES = {
    "config": "tokenizer_config.json",
    "map": "special_tokens_map.json",
    "added": "added_tokens.json",
    "generation": "generation_config.json",
    "model": "config.json",
}


def read(folder):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    try:
        generation = GenerationConfig.from_pretrained(folder)
    except OSError:
        generation = GenerationConfig.from_model_config(AutoConfig.from_pretrained(folder))
    ends = generation.eos_token_id
    ends = [] if ends is None else ends if isinstance(ends, list) else [ends]
    own = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    result = {
        "roles": {role + "_id": getattr(tokenizer, role + "_id") for role in ROLES},
        "size": max(tokenizer.get_vocab().values()) + 1,
        "ends": sorted(set(own + ends)),
        "texts": [tokenizer.encode(text, add_special_tokens=False) for text in TEXTS],
        "decoded": [],
        "chats": [],
    }
    for ids in result["texts"]:
        result["decoded"].append(tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))
    for chat in CHATS:
        ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=True, return_dict=False)
        text = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        result["chats"].append({"text": text, "ids": ids})
    return result


def main():
    tokenizers = {name: json.loads((FOLDER / f"{name}.json").read_text("utf-8")) for name in ("bytes", "unigram")}
    cases = []
    for name, base, edit, files in layouts():
        for template, text in TEMPLATES.items():
            for end, more in ENDS.items():
                if end != "tokenizer" and template != "turns":
                    continue  # ends do not depend on the template
                folder_files = {key: dict(value) for key, value in files.items()}
                folder_files.setdefault("config", {}).update(
                    {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": text}
                )
                folder_files["model"] = {
                    "architectures": ["LlamaForCausalLM"],
                    "model_type": "llama",
                    "eos_token_id": None,
                    "bos_token_id": None,
                    **more.get("model", {}),
                }
                if "generation" in more:
                    folder_files["generation"] = more["generation"]
                with tempfile.TemporaryDirectory() as folder:
                    path = pathlib.Path(folder)
                    (path / "tokenizer.json").write_text(
                        json.dumps(edited(tokenizers[base], edit), ensure_ascii=False), "utf-8"
                    )
                    for key, value in folder_files.items():
                        (path / NAMES[key]).write_text(json.dumps(value), "utf-8")
                    try:
                        outcome = read(folder)
                    except Exception as failure:
                        print(name, template, end, "not recorded:", repr(failure)[:200])
                        continue
                cases.append(
                    {
                        "name": f"{name}/{template}/{end}",
                        "tokenizer": base,
                        "edit": edit,
                        "files": {NAMES[key]: value for key, value in folder_files.items()},
                        **outcome,
                    }
                )
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    head = {"made_with": f"transformers {transformers.__version__}, record_layouts.py", "texts": TEXTS, "chats": CHATS}
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER / "expected.json"
    target.write_text(json.dumps(head)[:-1] + ',\n"cases": [\n' + lines + "\n]}\n", "utf-8")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
