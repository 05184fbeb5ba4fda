#!/bin/sh
# verify-signatures.sh - checks who signed a published draw of format hkr1.
#
#   sh verify-signatures.sh [FOLDER]
#
# Needs openssl 1.1.1 or newer and coreutils. Compare the two keys' SHA-256, which it prints, with those in the
# ward's notice: keys that came with the folder prove nothing by themselves. Signed is `hk-<type>-v1`, a line
# end, and the file's exact bytes (docs/formats.md, "Signatures"). Exit code 0: every signature is good.
#
# It reads a private copy: the keys whose hashes it prints are those it has checked with, whatever lies in FOLDER by then.

set -euf
LC_ALL=C
export LC_ALL
umask 077
unset CDPATH

fail() { # file reason
    printf '署名を確認できませんでした: %s: %s\n' "$1" "$2" >&2
    exit 1
}

for tool in openssl sha256sum cat cp mkdir mktemp rm; do
    command -v "$tool" >/dev/null || fail verify-signatures.sh "コマンド $tool がありません"
done
from=${1:-.}
[ -d "$from" ] || fail "$from" 'フォルダがありません'
case $from in /*) ;; *) from=./$from ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
checked=0

copy=$work/copy
mkdir "$copy"
take() { # file : into the copy, where it is there
    [ ! -e "$from/$1" ] || [ -f "$from/$1" ] || fail "$1" 'ファイルではありません'
    [ ! -e "$from/$1" ] || cp "$from/$1" "$copy/$1" || fail "$1" '読めません'
}
take contractor.pem
take ward.pem
for type in params commits list freeze opened seed-input result events standing \
    reveal-contractor reveal-ward dice-contractor dice-ward abandoned-contractor abandoned-ward head-contractor head-ward; do
    take "$type.txt"
    take "$type.txt.contractor.sig"
    take "$type.txt.ward.sig"
done
from=$copy

# Of an abandoned draw the last step may lack a signature; one on which the next was built may not.
abandoned= freeze=needed opened=needed result=needed
if [ -e "$from/abandoned-contractor.txt" ] || [ -e "$from/abandoned-ward.txt" ]; then
    abandoned=1 result=extra
    [ -e "$from/dice-contractor.txt" ] || [ -e "$from/dice-ward.txt" ] || opened=extra
    [ -e "$from/opened.txt" ] || freeze=extra
fi

check() { # type file party needed|extra
    signature=$2.$3.sig
    if [ ! -e "$from/$signature" ]; then
        case $4 in needed) fail "$signature" '署名がありません' ;; extra) return 0 ;; esac
    fi
    [ -f "$from/$2" ] || fail "$2" 'ファイルがありません'
    printf 'hk-%s-v1\n' "$1" >"$work/message"
    cat "$from/$2" >>"$work/message"
    openssl pkeyutl -verify -rawin -pubin -inkey "$from/$3.pem" -sigfile "$from/$signature" \
        -in "$work/message" >/dev/null 2>&1 || fail "$signature" '署名が合いません'
    checked=$((checked + 1))
}

for party in contractor ward; do
    [ -f "$from/$party.pem" ] || fail "$party.pem" 'ファイルがありません'
    check freeze freeze.txt "$party" "$freeze"
    check opened opened.txt "$party" "$opened"
    check result result.txt "$party" "$result"
    for type in params commits list seed-input events standing; do check "$type" "$type.txt" "$party" extra; done
    for about in contractor ward; do
        case $about in "$party") need=needed ;; *) need=extra ;; esac
        check reveal "reveal-$about.txt" "$party" extra
        for type in dice abandoned head; do
            whether=$need
            case $type in
                dice) [ -n "$abandoned" ] && [ ! -e "$from/dice-$about.txt" ] && whether=extra ;;
                *) [ -e "$from/$type-$about.txt" ] || whether=extra ;;
            esac
            check "$type" "$type-$about.txt" "$party" "$whether"
        done
    done
done

seen=
if [ -e "$from/head-ward.txt" ]; then
    while IFS= read -r line; do
        case $line in seq=*) seen=${line#seq=} ;; esac
    done <"$from/head-ward.txt"
    case $seen in '' | *[!0-9]*) fail head-ward.txt '形式が正しくありません' ;; esac
fi

for party in contractor ward; do
    printf '%s の公開鍵: ' "$party"
    sha256sum <"$from/$party.pem"
done
printf '署名%s件は、すべてこの2つの鍵によるものです。鍵のハッシュ値を区のお知らせと見比べてください。\n' "$checked"
[ -n "$abandoned" ] || case ${seen:-0} in
    0) printf '抽選のあとのできごとは、区がまだ1件も確かめていません。\n' ;;
    *) printf '抽選のあとのできごとを、区は%s件目まで確かめて署名しています。\n' "$seen" ;;
esac
