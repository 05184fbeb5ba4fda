#!/bin/sh
# Installs ikiiki on a machine without a network, from the folder this file lies in:
#   sh install.sh DIR [BIN]     DIR: where it is to live (/opt/ikiiki); BIN: where a link `ikiiki` is put (/usr/local/bin)
#   PYTHON=/path/to/python3.12  chooses the interpreter
# Every version has a folder of its own, and DIR/.venv names the one in use: a version that cannot be installed changes
# nothing, and the one before is still there. Needs sh, coreutils and Python; pip is the package's own.
set -eu
umask 022  # other accounts read and run it; nobody but the owner changes it
PATH=$PATH:/usr/bin:/bin
from=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

say() { printf '%s\n' "$@"; }
fail() {
    printf '誤り: %s\n' "$1" >&2
    shift
    [ "$#" -eq 0 ] || printf '次にすること: %s\n' "$@" >&2
    exit 1
}
told() { sed -n "s/^$1=//p" "$from/release.txt"; }

[ "$#" -ge 1 ] && [ "$#" -le 2 ] || fail "入れる場所が指定されていません" "sh install.sh /opt/ikiiki /usr/local/bin のように打ってください"
case $1 in /*) dir=${1%/} ;; *) dir=$(pwd)/${1%/} ;; esac
bin=${2:-}
case $dir in '' | *[!A-Za-z0-9/._-]*) fail "入れる場所に使えない文字があります（$1）" "半角の英数字と / . _ - だけの場所にしてください" ;; esac

# What was broken on the way is found before anything is made. Who made it is for the signature to tell (README.txt).
(cd "$from" && sha256sum --quiet -c SHA256SUMS) ||
    fail "この一式は、作られたときと同じではありません（上に出たファイル）" "入れずに、もう一度受け取り直してください"

version=$(told version)
machine=$(told machine)
pythons=$(told pythons)
[ "$(uname -s)-$(uname -m)" = "Linux-$machine" ] ||
    fail "この一式は Linux（$machine）用です。この機械は $(uname -s)（$(uname -m)）です" "この機械用の一式を受け取ってください"

# A broken link answers to its name and does not run: each is tried by running it.
python=
for name in ${PYTHON:-$(printf 'python%s\n' $pythons | sort -r -V) python3}; do
    found=$("$name" -I -c 'import sys, venv; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    case " $pythons " in *" $found "*) python=$name && break ;; esac
done
[ -n "$python" ] ||
    fail "使える Python がありません（$pythons のどれかが要ります）" \
        "情報担当に python3 を入れてもらってください。場所が違うときは PYTHON=/場所/python3 sh install.sh … とします"

# The sums say nothing of what was added. It has no business here, whatever it is: a wheel, a page of the manual, a link.
added=$("$python" -I -c '
import os, sys
top = os.fsencode(sys.argv[1])
with open(os.path.join(top, b"SHA256SUMS"), "rb") as sums:
    files = {line[66:] for line in sums.read().split(b"\n") if line}
files |= {b"SHA256SUMS", b"SHA256SUMS.sig", b"ikiiki-release.pub.pem"}
folders = {os.path.dirname(name) for name in files}
added = []
def look(within):
    for one in os.scandir(os.path.join(top, within)):
        name = os.path.join(within, one.name)
        if name in folders and one.is_dir(follow_symlinks=False):
            look(name)
        elif name not in files or not one.is_file(follow_symlinks=False):
            added.append(os.fsdecode(name))
look(b"")
if added:
    first = min(added)
    first = first if first.isprintable() else ascii(first)
    sys.stdout.buffer.write(f"{first}、全部で{len(added)}件".encode("utf-8", "backslashreplace"))
' "$from") && [ -z "$added" ] ||
    fail "このフォルダに、一式にないものが混ざっています（${added:-調べられませんでした}）" \
        "入れずに、空のフォルダに一式を展開し直してください。それでも出るときは、渡した人に知らせてください"
pip_wheel=$(sed -n 's|^[0-9a-f]\{64\}  \(wheels/pip-[0-9A-Za-z._+-]*\.whl\)$|\1|p' "$from/SHA256SUMS")
[ -f "$from/$pip_wheel" ] || fail "一式に pip がありません" "表示を保守担当に知らせてください"

home=$dir/ikiiki-$version
for place in .venv docs ops; do
    if [ -e "$dir/$place" ] && [ ! -L "$dir/$place" ]; then
        fail "$dir に、別の入れ方をしたものがあります（$place）" "別の場所に入れるか、いまのものを移してからにしてください"
    fi
done
[ ! -e "$home" ] ||
    fail "バージョン $version は、もう入っています（$home）" "入れ直すときは、使っている人がいないことを確かめて、$home を消してからにしてください"
[ -z "$bin" ] || [ -d "$bin" ] || fail "命令を置く場所がありません（$bin）" "ある場所を指定してください"
if [ -n "$bin" ] && [ -e "$bin/ikiiki" ] && [ "$(readlink "$bin/ikiiki")" != "$dir/bin/ikiiki" ]; then
    fail "$bin/ikiiki は、別のものです" "それが何かを確かめ、移してからにしてください"
fi
mkdir -p "$dir/bin" 2>/dev/null && [ -w "$dir" ] || fail "$dir に書けません" "管理者で（sudo を付けて）実行してください"

trap 'rm -rf "$home"' EXIT
trap 'exit 1' HUP INT TERM
say "$("$python" -V) で $home に入れています（1分ほどかかります）"
"$python" -I -m venv --without-pip "$home"
# Nothing of this machine's settings: no index, no constraints, no variables. Only wheels that lie here, by their hash.
pip() { PIP_CONFIG_FILE=/dev/null "$home/bin/python" -I "$from/$pip_wheel/pip" --isolated --disable-pip-version-check "$@"; }
pip install --quiet --no-input --no-cache-dir --no-index --find-links "$from/wheels" --require-hashes --no-deps -r "$from/install.lock" ||
    fail "部品を入れられませんでした（上に出た文）。何も変えていません" "表示を保守担当に知らせてください"
pip check --quiet ||
    fail "部品が足りません（上に出た文）。何も変えていません" "表示を保守担当に知らせてください"
mkdir -p "$home/share/ikiiki" && cp -R "$from/docs" "$from/ops" "$from/sbom.cdx.json" "$from/release.txt" "$home/share/ikiiki/" ||
    fail "手引きなどを写せませんでした（上に出た文）。何も変えていません" "ディスクの空きを確かめてください"
"$home/bin/python" -I "$home/bin/ikiiki" --help >/dev/null ||
    fail "入れたものが動きません（上に出た文）。何も変えていません" "表示を保守担当に知らせてください"

# The command as people start it: without what the loader, Python or OpenSSL would listen to. It stays with the version it was started
# in when another is put in place meanwhile: much of it loads only when it is first asked for.
cat >"$dir/bin/.ikiiki.new" <<COMMAND
#!/bin/sh
unset LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONINSPECT SSLKEYLOGFILE OPENSSL_CONF
home=\$(readlink -f '$dir/.venv') || exit 1
exec "\$home/bin/python" -I "\$home/bin/ikiiki" "\$@"
COMMAND
chmod 755 "$dir/bin/.ikiiki.new"
mv "$dir/bin/.ikiiki.new" "$dir/bin/ikiiki"

# From here on it is the one in use. A link is put in place of another in one step.
before=$(readlink "$dir/.venv" 2>/dev/null || true)
put() {
    ln -s "$1" "$2.new.$$"
    mv -T "$2.new.$$" "$2"
}
put "ikiiki-$version" "$dir/.venv"
trap - EXIT
put .venv/share/ikiiki/docs "$dir/docs"
put .venv/share/ikiiki/ops "$dir/ops"
[ -z "$bin" ] || put "$dir/bin/ikiiki" "$bin/ikiiki"

say "" "ikiiki $version を入れました。"
[ -z "$before" ] || say "前のもの（$dir/$before）は残してあります。戻すときは: ln -sfn $before $dir/.venv"
say "" "次にすること:"
if [ -z "$before" ]; then
    say "  1. 機械の点検      $dir/bin/ikiiki --vault 保管庫を置く場所 doctor" \
        "  2. はじめの設定    手引き「はじめの日」 $dir/docs/manual/first-day.md" \
        "  3. 試してみるとき  $dir/bin/ikiiki demo 空のフォルダ（作り物の名簿で一年を動かします）"
else
    say "  1. 開いている画面を、いちど終えてもらう（開き直すと新しくなります）" \
        "  2. 機械の点検      $dir/bin/ikiiki --vault 保管庫の場所 doctor" \
        "  3. 管理簿に「更新の適用」を記入する（F7 すること）"
fi
