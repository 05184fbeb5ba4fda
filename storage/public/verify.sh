#!/bin/sh
# verify.sh - recomputes a published draw of format hkr1 from its files alone.
#
#   sh verify.sh [FOLDER]        (FOLDER: where the files are; this folder without it)
#
# Needs a POSIX shell and coreutils, no network, no key. These same bytes serve every draw: compare their
# SHA-256 with the one in the ward's notice before you trust them. What it says is "recomputed"; who signed
# is for verify-signatures.sh. Exit code 0: everything agrees; of an abandoned draw, everything as far as it
# went, and the sentence says so. The rules are in docs/formats.md, "hkr1".
#
# It reads a private copy, stops at the first thing that does not fit, and never evaluates what it reads.

set -euf
LC_ALL=C
export LC_ALL
umask 077
unset CDPATH

fail() { # file reason
    printf '確認できませんでした: %s: %s\n' "$1" "$2" >&2
    exit 1
}

for tool in sha256sum sort cut paste join uniq tr wc tail expr mktemp cp rm mkdir; do
    command -v "$tool" >/dev/null || fail verify.sh "コマンド $tool がありません"
done

from=${1:-.}
[ -d "$from" ] || fail "$from" 'フォルダがありません'
case $from in /*) ;; *) from=./$from ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# ---- reading ---------------------------------------------------------------------------------------------

take() { # file... : copy into the work folder; each must be there, a text, its last line ended, no control bytes
    for file in "$@"; do
        [ -f "$from/$file" ] || fail "$file" 'ファイルがありません'
        cp "$from/$file" "$work/$file"
        [ -s "$work/$file" ] || fail "$file" '空のファイルです'
        strange=$(tr -d '\012\040-\176\200-\377' <"$work/$file" | wc -c)
        [ "$strange" -eq 0 ] || fail "$file" '使えない文字があります'
        [ -z "$(tail -c 1 "$work/$file")" ] || fail "$file" '最後の行が改行で終わっていません'
    done
}

hash() { # file : its SHA-256 in $h
    h=$(sha256sum <"$1")
    h=${h%% *}
}

same() { # computed-file published-file reason
    hash "$1"
    computed=$h
    hash "$2"
    [ "$computed" = "$h" ] || fail "$2" "$3"
}

next() { # the next line of stdin in $line; $file names it
    IFS= read -r line || fail "$file" '行が足りません'
}

title() {
    next
    [ "$line" = "$1" ] || fail "$file" "「$1」の行がありません"
}

key() { # key : the value of the next line in $v
    next
    case $line in
        "$1="*) v=${line#"$1="} ;;
        *) fail "$file" "「$1=」の行がありません" ;;
    esac
}

rest() { # nothing may follow but notes, and those only where $1 says so
    while IFS= read -r line; do
        case $1$line in
            notesnote=?*) ;;
            *) fail "$file" '知らない行があります' ;;
        esac
    done
}

# ---- grammar ---------------------------------------------------------------------------------------------

is_hash() {
    case $1 in *[!0-9a-f]*) fail "$file" 'ハッシュ値の形式が正しくありません' ;; esac
    [ "${#1}" -eq 64 ] || fail "$file" 'ハッシュ値の長さが正しくありません'
}

is_int() { # 0 or up to seven digits without leading zero
    case $1 in
        0) ;;
        '' | 0* | *[!0-9]*) fail "$file" '数の形式が正しくありません' ;;
    esac
    [ "${#1}" -le 7 ] || fail "$file" '数が大きすぎます'
}

is_positive() {
    is_int "$1"
    [ "$1" -ge 1 ] || fail "$file" '0は使えません'
}

is_id() {
    case $1 in *[!0-9A-HJKMNP-TV-Z]*) fail "$file" '抽選番号の形式が正しくありません' ;; esac
    [ "${#1}" -eq 10 ] || fail "$file" '抽選番号の長さが正しくありません'
}

is_course() { # one of those in params.txt
    case $codes in *" $1 "*) ;; *) fail "$file" '抽選の対象でない回があります' ;; esac
}

is_courses() { # A,C : each known, none twice
    seen=' ' joined=
    IFS=,
    for code in $1; do
        IFS=' '
        is_course "$code"
        case $seen in *" $code "*) fail "$file" '同じ回が2度あります' ;; esac
        seen="$seen$code "
        joined="$joined,$code"
    done
    IFS=' '
    [ ",$1" = "$joined" ] || fail "$file" '希望の回の形式が正しくありません'
}

is_draw() {
    [ "$1" = "$draw" ] || fail "$file" '別の抽選のファイルです'
}

words() { # count, line : exactly that many words, parted by one space each
    [ "$1" -eq "$2" ] || fail "$file" '行の形式が正しくありません'
}

# Rooms are kept as " A=80 B=80 ": read and written by name, without eval.
room_of() { # rooms, course : in $room
    room=${1#*" $2="}
    room=${room%% *}
}

with_room() { # rooms, course, seats : in $rooms_made
    after=${1#*" $2="}
    rooms_made="${1%%" $2="*} $2=$3 ${after#* }"
}

# ---- rules and seals -------------------------------------------------------------------------------------

abandoned=
for party in contractor ward; do
    if [ -e "$from/abandoned-$party.txt" ]; then
        take "abandoned-$party.txt"
        abandoned="$abandoned $party"
    fi
done
later=
if [ -z "$abandoned" ]; then
    take params.txt commits.txt list.txt freeze.txt opened.txt dice-contractor.txt dice-ward.txt \
        seed-input.txt result.txt
    for file in events.txt standing.txt head-contractor.txt head-ward.txt; do
        if [ -e "$from/$file" ]; then
            take "$file"
            later="$later $file"
        fi
    done
else # as far as it went; whatever was built on a file needs that file
    for file in seed-input.txt result.txt events.txt standing.txt head-contractor.txt head-ward.txt; do
        [ ! -e "$from/$file" ] || fail "$file" '取りやめになったとされる抽選に、あるはずのないファイルがあります'
    done
    take params.txt
    built=
    for file in dice-contractor.txt dice-ward.txt opened.txt freeze.txt list.txt commits.txt; do
        if [ -e "$from/$file" ]; then
            take "$file"
            built=$file
        else
            case $file in
                dice-*) ;;
                *) [ -z "$built" ] || fail "$file" "${built}があるのに、ファイルがありません" ;;
            esac
        fi
    done
    for party in contractor ward; do
        [ -e "$from/opened.txt" ] || [ ! -e "$from/reveal-$party.txt" ] ||
            fail "reveal-$party.txt" '開封の前に、封印の中身があります'
    done
fi
for party in contractor ward; do
    [ ! -f "$from/reveal-$party.txt" ] || take "reveal-$party.txt"
done
cd "$work"
IFS=' '

file=params.txt
{
    title 'hkr1 params'
    key draw
    draw=$v
    expr "x$draw" : 'x[a-z0-9]\{1,16\}-[0-9]\{4\}-[1-9][0-9]\{0,2\}$' >/dev/null ||
        fail "$file" '抽選の名前の形式が正しくありません'
    key previous
    case $v in
        none) [ "${draw##*-}" = 1 ] || fail "$file" '前回の抽選のハッシュ値がありません' ;;
        *)
            is_hash "$v"
            [ "${draw##*-}" != 1 ] || fail "$file" '1回目の抽選に前回があります'
            ;;
    esac
    key max_size
    max_size=$v
    is_positive "$max_size"
    key max_tickets
    max_tickets=$v
    is_positive "$max_tickets"
    key publish
    case $v in public | inspection) ;; *) fail "$file" '公開方法の値が正しくありません' ;; esac
    next
    beacon=
    case $line in
        beacon=*)
            beacon=${line#beacon=}
            expr "x$beacon" : 'x[a-z0-9-]\{1,16\} [1-9][0-9]\{0,11\}$' >/dev/null ||
                fail "$file" '公開乱数の形式が正しくありません'
            next
            ;;
    esac
    codes=' ' capacities=' ' last=
    while :; do
        case $line in course=*) v=${line#course=} ;; *) break ;; esac
        code=${v%% *}
        case $code in '' | *[!A-Z0-9]* | ?????*) fail "$file" '回の記号の形式が正しくありません' ;; esac
        is_int "${v#"$code "}"
        expr "x$last" '<' "x$code" >/dev/null || fail "$file" '回が記号の順に並んでいません'
        last=$code
        codes="$codes$code "
        capacities="$capacities$code=${v#"$code "} "
        next
    done
    [ "$codes" != ' ' ] || fail "$file" '回がありません'
    rooms=' ' reserves=' ' named=' ' more=1
    while :; do
        case $line in reserve=*) v=${line#reserve=} ;; *) break ;; esac
        code=${v%% *}
        is_course "$code"
        kept=${v#"$code "}
        is_int "$kept"
        room_of "$capacities" "$code"
        [ "$kept" -le "$room" ] || fail "$file" '区優先枠が定員を超えています'
        named="$named$code "
        rooms="$rooms$code=$((room - kept)) "
        reserves="$reserves$code=$kept "
        more=1
        IFS= read -r line || more=0
        [ "$more" -eq 1 ] || break
    done
    [ "$named" = "$codes" ] || fail "$file" '区優先枠の行が回と合いません'
    if [ "$more" -eq 1 ]; then
        case $line in note=?*) ;; *) fail "$file" '知らない行があります' ;; esac
    fi
    rest notes
} <params.txt

check_commits() { # the seals in $seal_contractor and $seal_ward
    file=commits.txt
    for party in contractor ward; do
        next
        is_hash "${line%% *}"
        [ "$line" = "${line%% *}  reveal-$party.txt" ] || fail "$file" '行の形式が正しくありません'
        case $party in contractor) seal_contractor=${line%% *} ;; ward) seal_ward=${line%% *} ;; esac
    done
    rest none
}

# ---- the list of units -----------------------------------------------------------------------------------

check_list() { # the number of units in $units
    file=list.txt
    sort -c list.txt 2>/dev/null || fail "$file" '抽選番号の順に並んでいません'
    last=
    while IFS= read -r line; do
        set -- $line
        words "$#" 5
        [ "$line" = "$1 $2 $3 $4 $5" ] || fail "$file" '行の形式が正しくありません'
        is_id "$1"
        [ "$1" != "$last" ] || fail "$file" '同じ抽選番号が2度あります'
        last=$1
        is_positive "$2"
        [ "$2" -le "$max_size" ] || fail "$file" '1組の人数が上限を超えています'
        is_positive "$3"
        [ "$3" -le "$max_tickets" ] || fail "$file" '抽選口の数が上限を超えています'
        is_courses "$4"
        is_hash "$5"
        units=$((units + 1))
    done <list.txt
    cut -d ' ' -f 5 list.txt | sort >sealed
    sealed_once
}

sealed_once() { # no commitment twice: its opening would show two numbers to be one unit's
    [ -z "$(uniq -d sealed)" ] || fail "$file" '同じ封印が2度あります'
}

# ---- freeze ----------------------------------------------------------------------------------------------

check_freeze() {
    file=freeze.txt
    title 'hkr1 freeze'
    key draw
    is_draw "$v"
    for bound in params commits list; do
        key "$bound"
        hash "$bound.txt"
        [ "$v" = "$h" ] || fail "$bound.txt" 'freeze.txtにあるハッシュ値と違います'
    done
    rest notes
}

# ---- opening ---------------------------------------------------------------------------------------------

check_opened() { # the secrets in $secret_contractor and $secret_ward
    file=opened.txt
    title 'hkr1 opened'
    key draw
    is_draw "$v"
    key freeze
    hash freeze.txt
    [ "$v" = "$h" ] || fail freeze.txt 'opened.txtにあるハッシュ値と違います'
    key contractor
    secret_contractor=$v
    key ward
    secret_ward=$v
    rest notes
}

check_reveal() { # party, secret in opened.txt, seal
    if [ "$2" = ABSENT ]; then
        [ ! -e "reveal-$1.txt" ] || fail "reveal-$1.txt" 'ABSENTとされた組織の開封ファイルがあります'
        return 0
    fi
    file=opened.txt
    is_hash "$2"
    file=reveal-$1.txt
    [ -f "$file" ] || fail "$file" 'ファイルがありません'
    hash "$file"
    [ "$h" = "$3" ] || fail "$file" '封印（commits.txt）と一致しません'
    printf 'hkr1 reveal\ndraw=%s\nparty=%s\nsecret=%s\n' "$draw" "$1" "$2" >computed
    same computed "$file" 'opened.txtの内容と一致しません'
}

# ---- dice and seed ---------------------------------------------------------------------------------------

beacon_line() { # the line of the beacon in $value, where the rules name one
    [ -z "$beacon" ] || printf 'beacon=%s %s\n' "$beacon" "$value"
}

read_dice() { # what a site typed, in $dice and $value
    title 'hkr1 dice'
    key draw
    key opened
    key party
    key digits
    dice=$v
    case $dice in *[!0-9]*) fail "$file" 'さいころの数字の形式が正しくありません' ;; esac
    [ "${#dice}" -eq 20 ] || fail "$file" 'さいころの数字が20個ではありません'
    value=
    if [ -n "$beacon" ]; then
        key beacon
        value=${v##* }
        case $value in '' | *[!0-9a-f]*) fail "$file" '公開乱数の値の形式が正しくありません' ;; esac
        { [ "${#value}" -ge 64 ] && [ "${#value}" -le 128 ]; } || fail "$file" '公開乱数の値の長さが正しくありません'
        [ "$dice" = 00000000000000000000 ] || # digits that could be chosen once the value is out could be searched for
            fail "$file" '公開乱数を使う抽選では、さいころは振りません（数字は0が20個です）'
    fi
}

check_dice() { # party
    file=dice-$1.txt
    read_dice <"$file"
    {
        printf 'hkr1 dice\ndraw=%s\nopened=%s\nparty=%s\ndigits=%s\n' "$draw" "$opened" "$1" "$dice"
        beacon_line
    } >computed
    same computed "$file" '抽選の名前、開封、組織、公開乱数のどれかが違います'
}

check_seed() { # from the dice and the beacon in $dice and $value; the seed in $seed
    {
        printf 'hkr1 seed\ndraw=%s\nopened=%s\ndice=%s\n' "$draw" "$opened" "$dice"
        beacon_line
    } >computed
    same computed seed-input.txt '開封とさいころから作られるはずの内容と違います'
    hash seed-input.txt
    seed=$h
}

# ---- an abandoned draw -----------------------------------------------------------------------------------

check_abandoned() { # party; how far it went and why in $words_reached and $words_reason
    file=abandoned-$1.txt
    title 'hkr1 abandoned'
    key draw
    is_draw "$v"
    key party
    [ "$v" = "$1" ] || fail "$file" 'ファイル名と中身の組織が合いません'
    key params
    hash params.txt
    [ "$v" = "$h" ] || fail "$file" 'この抽選の規則（params.txt）のハッシュ値ではありません'
    key reached
    case $v in
        rules) words_reached=規則 there=params.txt ;;
        freeze) words_reached=名簿の確定 there=freeze.txt ;;
        opened) words_reached=開封 there=opened.txt ;;
        dice)
            words_reached=さいころ there=dice-contractor.txt
            [ -e "$there" ] || there=dice-ward.txt
            ;;
        *) fail "$file" '知らない手順です' ;;
    esac
    [ -e "$there" ] || fail "$file" "そこまで進んだという手順のファイル（${there}）がありません"
    key reason
    case $v in
        rules-changed) words_reason='事業の決まり（定員など）が変わった' ;;
        roll-wrong) words_reason='抽選名簿に誤りがあった' ;;
        not-opened) words_reason='封印が開けられなかった' ;;
        dice-differ) words_reason='両者の記録したさいころの数字が違った' ;;
        no-witness) words_reason='公開の場で正しく行えなかった' ;;
        *) fail "$file" '知らない理由です' ;;
    esac
    rest none
}

# ---- step by step ----------------------------------------------------------------------------------------
# Where the draw was not abandoned, every file is here: take has seen to it.

units=0
[ ! -e commits.txt ] || check_commits <commits.txt
[ ! -e list.txt ] || check_list
[ ! -e freeze.txt ] || check_freeze <freeze.txt
if [ -e opened.txt ]; then
    check_opened <opened.txt
    check_reveal contractor "$secret_contractor" "$seal_contractor"
    check_reveal ward "$secret_ward" "$seal_ward"
    hash opened.txt
    opened=$h
fi
typed=
for party in contractor ward; do
    [ -e "dice-$party.txt" ] || continue
    check_dice "$party"
    case $typed in
        '') ;;
        "$dice $value")
            [ -z "$abandoned" ] ||
                fail "abandoned-${abandoned##* }.txt" '両者のさいころが一致した抽選は取りやめられません'
            ;;
        *) [ -n "$abandoned" ] || fail "$file" '両者が入力したさいころの数字または公開乱数の値が違います' ;;
    esac
    typed="$dice $value"
done

if [ -n "$abandoned" ]; then
    case $abandoned in
        ' contractor ward') say='両者により取りやめとなりました' ;;
        ' contractor') say='委託先が取りやめを申し出て、止まっています（区の届けはまだありません）' ;;
        *) say='区が取りやめを申し出て、止まっています（委託先の届けはまだありません）' ;;
    esac
    told=
    for party in $abandoned; do
        check_abandoned "$party" <"abandoned-$party.txt"
        case $party in contractor) who=委託先 ;; *) who=区 ;; esac
        told="$told${who}によれば、進んだのは「${words_reached}」まで、理由は「${words_reason}」です。"
    done
    printf '抽選 %s は、%s。%s公開されたファイルは、ここまですべて合っています。\n' "$draw" "$say" "$told"
    exit 0
fi
check_seed

# ---- draw values and order -------------------------------------------------------------------------------

mkdir tickets
while read -r id size tickets rest; do
    ticket=1
    while [ "$ticket" -le "$tickets" ]; do
        printf 'hkr1 ticket %s %s %s\n' "$seed" "$id" "$ticket" >"tickets/$id.$ticket"
        ticket=$((ticket + 1))
    done
done <list.txt

# Each line "<hash>  <id>.<j>"; sorted as "<id> <hash>", the first of an id is its smallest.
(
    cd tickets
    set +f
    sha256sum -- *
) >sums
cut -c 67-76 sums >ids
cut -c 1-64 sums >hashes
paste -d ' ' ids hashes | sort | uniq -w 10 >values
join -t ' ' -o 1.2,1.1,2.2,2.4 values list.txt | sort >order
[ "$(wc -l <order)" -eq "$units" ] || fail list.txt '抽選の順を計算できません'

# ---- allocation: the first wish with room for the whole unit; who does not fit waits, the others go on ---

file=result.txt
while IFS= read -r line; do
    set -- $line
    IFS=,
    got=-
    for code in $4; do
        IFS=' '
        room_of "$rooms" "$code"
        if [ "$room" -ge "$3" ]; then
            with_room "$rooms" "$code" "$((room - $3))"
            rooms=$rooms_made
            got=$code
            break
        fi
    done
    IFS=' '
    printf '%s %s\n' "$line" "$got"
    case $got in
        -) printf '%s %s waiting %s -\n' "$2" "$3" "$4" >&3 ;;
        *) printf '%s %s seated %s %s\n' "$2" "$3" "$4" "$got" >&3 ;;
    esac
done <order >computed 3>state
same computed result.txt '計算し直した結果と一致しません'

# ---- events ----------------------------------------------------------------------------------------------
# The state: "<id> <size> <seated|reserved|waiting|out> <wishes or -> <seat or ->", in draw order.

without() { # wishes, course : the wishes that remain in $left ("-": none)
    left=",$1,"
    case $left in *",$2,"*) left="${left%%",$2,"*},${left#*",$2,"}" ;; esac
    left=${left#,}
    left=${left%,}
    [ -n "$left" ] || left=-
}

free() { # state, course, seats : give seats back to where they came from; of an outing that is over they stay empty
    case $past in *" $2 "*) return 0 ;; esac
    case $1 in
        seated)
            room_of "$rooms" "$2"
            with_room "$rooms" "$2" "$((room + $3))"
            rooms=$rooms_made
            ;;
        reserved)
            room_of "$reserves" "$2"
            with_room "$reserves" "$2" "$((room + $3))"
            reserves=$rooms_made
            ;;
    esac
}

strike() { # course : from the unit in $size $status $wishes $seat
    without "$wishes" "$1"
    wishes=$left
    if [ "$seat" = "$1" ]; then
        free "$status" "$seat" "$size"
        seat=- status=waiting
    fi
    [ "$wishes" != - ] || status=out
}

change() { # what the event $1 does to the unit in $id $size $status $wishes $seat; the arguments are the event's words
    case $1 in
        close)
            case ",$wishes," in *",$2,"*) strike "$2" ;; esac
            return
            ;;
        over) # who sits there stays
            case ",$wishes,$seat" in
                *",$2") ;;
                *",$2,"*) strike "$2" ;;
            esac
            return
            ;;
        release | late) return ;;
    esac
    [ "$id" = "$2" ] || return 0
    hit=1
    [ "$status" != out ] || fail "$file" 'すでに辞退または失格となった番号です'
    case $1 in
        cancel | disqualify)
            [ "$seat" = - ] || free "$status" "$seat" "$size"
            status=out wishes=- seat=-
            ;;
        decline)
            case ",$wishes," in *",$3,"*) ;; *) fail "$file" '希望していない回です' ;; esac
            strike "$3"
            ;;
        shrink)
            [ "$3" -lt "$size" ] || fail "$file" '人数は減らすことしかできません'
            [ "$seat" = - ] || free "$status" "$seat" "$((size - $3))"
            size=$3
            ;;
        reserve)
            case $status,$wishes, in
                waiting,"$3",* | waiting,*",$3",*) ;;
                *) fail "$file" 'その回を待っている番号ではありません' ;;
            esac
            room_of "$reserves" "$3"
            [ "$room" -ge "$size" ] || fail "$file" '区優先枠の残りが足りません'
            with_room "$reserves" "$3" "$((room - size))"
            reserves=$rooms_made
            status=reserved seat=$3
            ;;
    esac
}

is_not_off() {
    is_course "$1"
    case $closed in *" $1 "*) fail "$file" '中止された回です' ;; esac
}

is_open() {
    is_not_off "$1"
    case $past in *" $1 "*) fail "$file" '開催日が来た回です' ;; esac
}

event() { # the words of one event: its grammar, and what it does to the units
    case $1 in
        cancel | disqualify)
            words "$#" 2
            is_id "$2"
            ;;
        decline)
            words "$#" 3
            is_id "$2"
            is_not_off "$3"
            ;;
        reserve)
            words "$#" 3
            is_id "$2"
            is_open "$3"
            ;;
        shrink)
            words "$#" 3
            is_id "$2"
            is_positive "$3"
            ;;
        close)
            words "$#" 2
            is_not_off "$2"
            ;;
        over)
            words "$#" 2
            is_open "$2"
            ;;
        release)
            words "$#" 3
            is_open "$2"
            is_positive "$3"
            room_of "$reserves" "$2"
            [ "$3" -le "$room" ] || fail "$file" '区優先枠の残りより多くは開放できません'
            with_room "$reserves" "$2" "$((room - $3))"
            reserves=$rooms_made
            free seated "$2" "$3"
            ;;
        late)
            words "$#" 6
            is_id "$2"
            is_positive "$3"
            [ "$3" -le "$max_size" ] || fail "$file" '1組の人数が上限を超えています'
            is_courses "$4"
            for code in $(printf '%s' "$4" | tr , ' '); do is_open "$code"; done
            is_hash "$5"
            is_hash "$6"
            printf '%s\n' "$5" | sort -m - sealed >more
            cp more sealed
            sealed_once
            ;;
        *) fail "$file" '知らないできごとです' ;;
    esac
    hit=0
    while read -r id size status wishes seat; do
        [ "$1" != late ] || [ "$id" != "$2" ] || fail "$file" 'すでにある番号です'
        change "$@"
        printf '%s %s %s %s %s\n' "$id" "$size" "$status" "$wishes" "$seat"
    done <state >changed
    case $1 in
        close | over)
            case $1 in close) closed="$closed$2 " ;; over) past="$past$2 " ;; esac
            with_room "$rooms" "$2" 0
            rooms=$rooms_made
            with_room "$reserves" "$2" 0
            reserves=$rooms_made
            ;;
        release) ;;
        late) printf '%s %s waiting %s -\n' "$2" "$3" "$4" >>changed ;;
        *) [ "$hit" -eq 1 ] || fail "$file" 'この抽選にない番号です' ;;
    esac
    fill
}

fill() { # seat whoever waits and fits, in draw order
    while read -r id size status wishes seat; do
        if [ "$status" = waiting ]; then
            IFS=,
            for code in $wishes; do
                IFS=' '
                room_of "$rooms" "$code"
                if [ "$room" -ge "$size" ]; then
                    with_room "$rooms" "$code" "$((room - size))"
                    rooms=$rooms_made
                    status=seated seat=$code
                    break
                fi
            done
            IFS=' '
        fi
        printf '%s %s %s %s %s\n' "$id" "$size" "$status" "$wishes" "$seat"
    done <changed >state
}

check_head() { # party, events, seen : whether head-<party>.txt says that `seen` of them were seen; hashes are in links
    [ "$3" -le "$2" ] || fail "head-$1.txt" 'できごとの数が合いません'
    count=0
    while read -r link; do
        if [ "$count" -eq "$3" ]; then
            printf 'hkr1 head\ndraw=%s\nparty=%s\nseq=%s\nhead=%s\n' "$draw" "$1" "$3" "$link" >computed
            same computed "head-$1.txt" 'できごとの記録と一致しません'
        fi
        count=$((count + 1))
    done <links
}

events=0 seen=0 closed=' ' past=' '
if [ -n "$later" ]; then
    [ -f head-contractor.txt ] || fail head-contractor.txt 'ファイルがありません'
    hash result.txt
    link=$h
    printf '%s\n' "$link" >links
    if [ -f events.txt ]; then
        [ -f standing.txt ] || fail standing.txt 'ファイルがありません'
        file=events.txt
        while IFS= read -r line; do
            events=$((events + 1))
            set -- $line
            [ "$#" -ge 4 ] || fail "$file" '行の形式が正しくありません'
            [ "$1" = "$(printf '%06d' "$events")" ] || fail "$file" '行の番号が続いていません'
            [ "$2" = "$link" ] || fail "$file" "${events}行目: 前の行とのつながりが切れています"
            [ "$line" = "$*" ] || fail "$file" '行の形式が正しくありません'
            link=$(printf '%s\n' "$line" | sha256sum)
            link=${link%% *}
            printf '%s\n' "$link" >>links
            shift 2
            event "$@"
        done <events.txt
        while read -r id size status wishes seat; do
            case $status in
                waiting) printf '%s %s waiting %s\n' "$id" "$size" "$wishes" ;;
                *) printf '%s %s %s %s\n' "$id" "$size" "$status" "$seat" ;;
            esac
        done <state >computed
        same computed standing.txt 'できごとから計算し直した一覧と一致しません'
    else
        [ ! -e standing.txt ] || fail events.txt 'standing.txtがあるのに、ファイルがありません'
    fi
    check_head contractor "$events" "$events"
    if [ -f head-ward.txt ]; then
        file=head-ward.txt
        {
            title 'hkr1 head'
            key draw
            key party
            key seq
            is_int "$v"
        } <head-ward.txt
        seen=$v
        check_head ward "$events" "$seen"
    fi
fi

printf '抽選 %s を、公開されたファイルだけから計算し直し、結果がすべて一致しました（%s組、その後のできごと%s件。区が確かめたと記しているのは、そのうち%s件）。\n' \
    "$draw" "$units" "$events" "$seen"
[ -z "$beacon" ] || printf 'さいころの代わりは、公開乱数 %s の値 %s です。本物かどうかは、発表元の記録と見比べてください。\n' "$beacon" "$value"
