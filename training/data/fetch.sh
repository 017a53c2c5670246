#!/bin/sh
# Fetches the pictures that training uses and unpacks them: sh training/data/fetch.sh FOLDER
#
# Needs a Debian or Ubuntu with apt-get and dpkg, no root. What each package is, and under which licence: training/SOURCES.md.
# Nothing is installed and nothing is written outside FOLDER (keep it outside the repository).
set -eu
folder=${1:?usage: fetch.sh FOLDER}
packages='openclipart-png tuxpaint-stamps-default mate-backgrounds lomiri-wallpapers-20.04 lomiri-wallpapers-16.04 ukui-wallpapers plasma-workspace-wallpapers gnome-backgrounds'
mkdir -p "$folder/packages" "$folder/pictures"
cd "$folder/packages"
for package in $packages; do
  [ -d "../pictures/$package" ] && continue
  ls "${package}"_*.deb > /dev/null 2>&1 || apt-get download "$package"
  mkdir -p "../pictures/$package.tmp"
  dpkg -x "${package}"_*.deb "../pictures/$package.tmp"
  mv "../pictures/$package.tmp" "../pictures/$package"
done
budgie='https://github.com/BuddiesOfBudgie/budgie-backgrounds'
if [ ! -d ../pictures/photos-budgie ]; then
  git clone --quiet "$budgie" ../pictures/photos-budgie.tmp
  git -C ../pictures/photos-budgie.tmp checkout --quiet 82067426f1dde366e9c9038fdbe457c2527525dd
  mv ../pictures/photos-budgie.tmp ../pictures/photos-budgie
fi
echo "unpacked in $folder/pictures"
