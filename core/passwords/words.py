"""Words a guesser of Japanese passwords tries first, in romaji, the likelier ones first.

`zxcvbn` brings lists of English and of leaked passwords; these are what it lacks: names, places, eras and words of every
day here, and the words of this programme. Variants of long vowels (ou, oo, uu) are made from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

COMMON = """
himitsu himitu pasuwado pasuwaado pasu aikotoba nihon nippon japan tokyo sakura aishiteru aisiteru daisuki suki
konnichiwa konnitiwa ohayou arigatou sayonara okaeri tadaima watashi watasi boku ore kimi anata kazoku tomodachi tomodati
okaasan otousan musume musuko mago inu neko koinu koneko wanko nyanko hana yama kawa umi sora hoshi hosi tsuki tuki taiyou
fujisan fuji yuki ame kaze mori hayashi hanabi matsuri maturi sushi susi ramen gohan ocha otya sake ringo mikan momo
ichigo itigo nazo kokoro yume ai kibou heiwa wa genki shiawase siawase kouun nakama inochi inoti midori aoi akai shiroi
siroi kuro ao aka shiro siro natsu natu haru aki fuyu kaigi shigoto sigoto kaisha kaisya gakkou sensei gakusei doumo
yoroshiku yorosiku onegai kudasai pokemon doraemon anpanman totoro ghibli naruto goku pikachu pikatyu kitty hanshin hansin
tigers kyojin giants carp swallows dragons hawks lions marines ichiro itiro shouhei ohtani otani reiwa heisei showa shouwa
syowa taishou taisho meiji ichi iti ni san yon go roku nana hachi hati kyuu juu hyaku sen man
"""
PEOPLE = """
satou suzuki takahashi takahasi tanaka itou watanabe yamamoto nakamura kobayashi kobayasi katou yoshida yosida yamada
sasaki yamaguchi yamaguti matsumoto matumoto inoue kimura hayashi hayasi saitou shimizu simizu yamazaki yamasaki mori abe
ikeda hashimoto hasimoto yamashita yamasita ishikawa isikawa nakajima nakazima maeda fujita fujii huzita ogawa gotou okada
hasegawa murakami kondou ishii isii sakamoto endou aoki nishimura nisimura fukuda ota oota miura fujiwara okamoto matsuda
matuda nakagawa nakano harada ono tamura takeuchi takeuti kaneko wada nakayama ishida isida ueda morita hara shibata
sibata sakai kudou yokoyama miyazaki miyamoto uchida utida takagi andou taniguchi taniguti ohno oono maruyama imai takada
fujimoto takeda murata ueno sugiyama masuda sugawara hirano kojima ootsuka ohtsuka chiba tiba kubo matsui matui iwasaki
sakurai kinoshita noguchi noguti matsuo kikuchi nomura arai sano
tarou hanako ichirou itirou jirou ziro saburou kenji kenzi kazuko kazuo yoshiko yosiko youko sachiko satiko keiko kumiko
michiko mitiko noriko reiko setsuko setuko chiyo tiyo fumiko humiko hiroko hiroshi hirosi akira minoru shigeru sigeru
takashi takasi makoto kiyoshi kiyosi isamu susumu osamu satoshi satosi hideo masao mitsuko mituko toshiko tosiko tomoko
naoko junko zyunko yuuko mariko emiko kyouko akiko ayako haruko haruto ren souta yuto yuuki yuki daiki kaito riku hinata
misaki ayumi aya mai nana rina yui aoi sakura hina mio rin kenta shouta syouta takuya tatsuya kazuya masato naoki shinji
"""
PLACES = """
tokyo toukyou osaka oosaka kyouto nagoya yokohama sapporo fukuoka hiroshima hirosima sendai koube kobe chiba tiba saitama
kanagawa hokkaidou okinawa naha nara shizuoka sizuoka nagano niigata toyama ishikawa fukui gifu aichi aiti mie shiga siga
hyougo wakayama tottori shimane simane okayama yamaguchi tokushima kagawa ehime kouchi kouti saga nagasaki kumamoto ooita
oita miyazaki kagoshima aomori iwate miyagi akita yamagata fukushima hukusima ibaraki tochigi totigi gunma gumma yamanashi
shinjuku sinjuku shinzyuku shibuya sibuya ikebukuro ueno asakusa akihabara ginza shinagawa sinagawa meguro setagaya suginami
nakano nerima itabashi itabasi kita arakawa adachi adati katsushika edogawa koutou sumida taitou bunkyou chiyoda tiyoda
chuuou minato ota ota toshima tosima takao takaosan mitake mitakesan kamakura hakone nikkou enoshima enosima okutama
"""
OFFICE = """
ikiikihaikingu ikiikihaiking ikiiki haikingu haiking hiking hike kuyakusho kuyakusyo kuyakusyo yakusho yakusyo itakusaki itaku ryokou ryokousha ryokousya
kanri kanrisha kanrisya sekininsha sekininsya toriatsukai tantou tantousha uketsuke uketuke chiiki tiiki houkatsu houkatu
care kea suishin suisin koureisha koureisya kenkou sanpo tozan ekiden shouchi tyusen chuusen chusen tousen moushikomi
manager handler auditor contractor ward staff admin kanrinin system sisutemu vault kagi kinko hokanko
"""

SHOWN = """
kasemo-tirugo-yapeni-danozu kasemotirugoyapenidanozu correcthorsebatterystaple irohanihoheto irohanihohetochirinuruwo
irohanihohetotirinuruwo chirinuruwo tirinuruwo
"""
"""What stands printed where people read how to choose one: the manual's own example, and others everybody knows."""


@lru_cache(maxsize=1)
def common_words() -> tuple[str, ...]:
    """All of them with their variants, each once."""
    found = dict.fromkeys(
        spelling
        for words in (COMMON, PEOPLE, PLACES, OFFICE, SHOWN)
        for word in words.split()
        for spelling in spellings(word)
        if len(spelling) > 1
    )
    return tuple(found)


def spellings(word: str) -> Iterator[str]:
    """`word` as it stands, and with its long vowels written short."""
    yield word
    for long, short in (("ou", "o"), ("oo", "o"), ("uu", "u")):
        if long in word:
            yield word.replace(long, short)
